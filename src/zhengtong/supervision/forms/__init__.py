"""Forms of supervision (表单): one module a subject."""

from zhengtong.supervision.forms.findings import ExplanationForm, ReasonForm
from zhengtong.supervision.forms.projects import MoneyForm, ProjectForm

__all__ = ["ExplanationForm", "MoneyForm", "ProjectForm", "ReasonForm"]
