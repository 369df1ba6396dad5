"""Forms of sharing (表单): what people type, as the values services take."""

from zhengtong.sharing.forms.changes import ChangeForm, ChangeStepForm
from zhengtong.sharing.forms.corrections import (
    CasesForm,
    CorrectionAnswerForm,
    CorrectionForm,
    NoteForm,
    PersonForm,
    TellForm,
)
from zhengtong.sharing.forms.demands import DemandForm, HelpForm, LinkForm, SourceForm
from zhengtong.sharing.forms.disposals import DisposalAgainForm, DisposalForm
from zhengtong.sharing.forms.disputes import DisputeForm, DisputeStepForm
from zhengtong.sharing.forms.grants import GrantActForm
from zhengtong.sharing.forms.maintenance import MaintenanceForm
from zhengtong.sharing.forms.replies import ExtensionForm, ReplyInput, SupplementForm
from zhengtong.sharing.forms.requests import RequestInput
from zhengtong.sharing.forms.stops import LiftForm, StopForm
from zhengtong.sharing.forms.takeovers import (
    DeclineForm,
    TakeoverForm,
)

__all__ = [
    "CasesForm",
    "ChangeForm",
    "ChangeStepForm",
    "CorrectionAnswerForm",
    "CorrectionForm",
    "DeclineForm",
    "DemandForm",
    "DisposalAgainForm",
    "DisposalForm",
    "DisputeForm",
    "DisputeStepForm",
    "ExtensionForm",
    "GrantActForm",
    "HelpForm",
    "LiftForm",
    "LinkForm",
    "MaintenanceForm",
    "NoteForm",
    "PersonForm",
    "ReplyInput",
    "RequestInput",
    "SourceForm",
    "StopForm",
    "SupplementForm",
    "TakeoverForm",
    "TellForm",
]
