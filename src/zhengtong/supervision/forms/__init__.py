"""Forms of supervision (表单): one module a subject."""

from zhengtong.supervision.forms.directives import AgainForm, BulletinForm, MeetingForm, OrderForm
from zhengtong.supervision.forms.findings import ExplanationForm, ReasonForm
from zhengtong.supervision.forms.guarantee import (
    DocumentForm,
    ListingForm,
    MoneyAskForm,
    PlanForm,
    RatingForm,
    SpendingForm,
    TrainingForm,
)
from zhengtong.supervision.forms.projects import MoneyForm, ProjectForm
from zhengtong.supervision.forms.quality import ProfileForm

__all__ = [
    "AgainForm",
    "BulletinForm",
    "DocumentForm",
    "ExplanationForm",
    "ListingForm",
    "MeetingForm",
    "MoneyAskForm",
    "MoneyForm",
    "OrderForm",
    "PlanForm",
    "ProfileForm",
    "ProjectForm",
    "RatingForm",
    "ReasonForm",
    "SpendingForm",
    "TrainingForm",
]
