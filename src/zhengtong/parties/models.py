"""Rows behind organizations, people and seats.  Rows store, `rules` decide, `services` are the only writers."""

from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q

from zhengtong.journal.fields import EncryptedTextField
from zhengtong.parties.rules import Level, OrgKind


class Organization(models.Model):
    """A body that provides, uses or governs shared data (机构).

    Level, parent, line of guidance and vertical management are four separate facts: a district
    bureau has the district government as parent and the city bureau as its line of guidance.
    """

    id = models.UUIDField(primary_key=True)
    code = models.CharField(max_length=40, unique=True)  # short ASCII slug, also the node's code on the wire
    name = models.CharField(max_length=200)
    short_name = models.CharField(max_length=60)
    uscc = models.CharField(max_length=18, blank=True)  # 统一社会信用代码, GB 32100
    level = models.CharField(max_length=12, choices=[(v, v.name.title()) for v in Level])
    kind = models.CharField(max_length=12, choices=[(v, v.name.title()) for v in OrgKind])
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")  # 上级(同级政府)
    parent_id: UUID | None
    guidance_by = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")  # 业务指导
    guidance_by_id: UUID | None
    vertical_under = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")  # 垂直管理
    vertical_under_id: UUID | None
    jurisdiction = models.CharField(max_length=6, blank=True)  # GB/T 2260
    is_authority = models.BooleanField(default=False)  # 政务数据共享主管部门
    sharing_office = models.CharField(max_length=100, blank=True)  # 政务数据共享工作机构, 条例 11
    active = models.BooleanField(default=True)
    registered_at = models.DateTimeField()

    class Meta:
        ordering = ("code",)
        constraints = (
            models.UniqueConstraint(fields=["uscc"], condition=~Q(uscc=""), name="organization_uscc_once"),
            models.CheckConstraint(name="organization_level_known", condition=Q(level__in=[str(v) for v in Level])),
            models.CheckConstraint(name="organization_kind_known", condition=Q(kind__in=[str(v) for v in OrgKind])),
            models.CheckConstraint(name="organization_code_given", condition=~Q(code="") & ~Q(name="")),
        )

    def __str__(self) -> str:
        return self.code


class Officer(models.Model):
    """A person who works for organizations (工作人员).  Contact is personal data and is encrypted."""

    id = models.UUIDField(primary_key=True)
    name = models.CharField(max_length=60)
    phone = EncryptedTextField(blank=True, default="")
    email = EncryptedTextField(blank=True, default="")
    added_at = models.DateTimeField()

    class Meta:
        constraints = (models.CheckConstraint(name="officer_named", condition=~Q(name="")),)

    def __str__(self) -> str:
        return str(self.id)


class AccountManager(BaseUserManager["Account"]):
    """Finds an account by its login name (Django asks for this)."""

    def get_by_natural_key(self, username: str | None) -> "Account":
        return self.get(login=username)


class Account(AbstractBaseUser):
    """A login of one officer (账号).  Demo accounts have no password and work only in the demo."""

    id = models.UUIDField(primary_key=True)
    login = models.CharField(max_length=60, unique=True)
    officer = models.ForeignKey(Officer, models.PROTECT, related_name="accounts")
    officer_id: UUID
    is_demo = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    failed_sign_ins = models.PositiveSmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True)
    second_factor = EncryptedTextField(blank=True, default="")  # the shared secret of RFC 6238
    second_factor_on = models.DateTimeField(null=True)  # since when it counts; null: it does not
    second_factor_step = models.BigIntegerField(default=0)  # the last step whose code was used
    opened_at = models.DateTimeField()

    USERNAME_FIELD = "login"
    objects = AccountManager()

    class Meta:
        constraints = (models.CheckConstraint(name="account_login_given", condition=~Q(login="")),)

    def __str__(self) -> str:
        return self.login


class FederatedIdentity(models.Model):
    """Whom the identity provider knows as this account (统一身份绑定); made by the security administrator alone."""

    id = models.UUIDField(primary_key=True)
    account = models.ForeignKey(Account, models.PROTECT, related_name="identities")
    account_id: UUID
    issuer = models.CharField(max_length=300)
    subject = models.CharField(max_length=255)
    bound_at = models.DateTimeField()
    bound_by = models.UUIDField(null=True)  # officer; null for the installer

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["issuer", "subject"], name="identity_of_one_account"),
            models.UniqueConstraint(fields=["issuer", "account"], name="account_has_one_identity"),
            models.CheckConstraint(name="identity_whole", condition=~Q(issuer="") & ~Q(subject="")),
        )

    def __str__(self) -> str:
        return f"{self.account_id} {self.issuer}"


class Seat(models.Model):
    """An officer's place in an organization, with the roles it gives (岗位)."""

    id = models.UUIDField(primary_key=True)
    officer = models.ForeignKey(Officer, models.PROTECT, related_name="seats")
    officer_id: UUID
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="seats")
    organization_id: UUID
    roles = models.JSONField()  # list of Role values, in the order of the role table
    title = models.CharField(max_length=100)
    from_on = models.DateField()
    until_on = models.DateField(null=True)  # last day; null: open-ended
    given_at = models.DateTimeField()

    class Meta:
        ordering = ("given_at", "id")
        constraints = (
            models.CheckConstraint(
                name="seat_ends_after_it_began", condition=Q(until_on=None) | Q(until_on__gte=F("from_on"))
            ),
        )

    def __str__(self) -> str:
        return f"{self.title} {self.id}"


class Substitution(models.Model):
    """Who stands in for an absent officer, and for how long (AB角)."""

    id = models.UUIDField(primary_key=True)
    absent = models.ForeignKey(Officer, models.PROTECT, related_name="absences")
    absent_id: UUID
    substitute = models.ForeignKey(Officer, models.PROTECT, related_name="stand_ins")
    substitute_id: UUID
    from_on = models.DateField()
    until_on = models.DateField()  # last day
    reason = models.CharField(max_length=200)
    appointed_at = models.DateTimeField()
    ended_on = models.DateField(null=True)  # from this day on no more: ended early, or never begun

    class Meta:
        ordering = ("from_on", "id")
        constraints = (
            models.CheckConstraint(name="substitution_ends_after_it_began", condition=Q(until_on__gte=F("from_on"))),
            models.CheckConstraint(name="substitute_is_another", condition=~Q(absent=F("substitute"))),
        )

    def __str__(self) -> str:
        return f"{self.from_on}..{self.until_on}"


class Handover(models.Model):
    """The open work of a seat as it was handed to another, and that it was taken (工作交接)."""

    id = models.UUIDField(primary_key=True)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    organization_id: UUID
    giver = models.ForeignKey(Seat, models.PROTECT, related_name="+")
    giver_id: UUID
    taker = models.ForeignKey(Seat, models.PROTECT, related_name="+")
    taker_id: UUID
    lines = models.JSONField(default=list)  # HandoverLine as objects: the sheet as it was given
    note = models.TextField(blank=True)
    given_on = models.DateField()
    given_at = models.DateTimeField()
    given_by = models.UUIDField()  # who made the sheet: the giver, or the head
    taken_on = models.DateField(null=True)
    taken_at = models.DateTimeField(null=True)
    taken_by = models.UUIDField(null=True)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(name="handover_between_two", condition=~Q(giver=F("taker"))),
            models.UniqueConstraint(
                name="handover_one_open", fields=["giver", "taker"], condition=Q(taken_on__isnull=True)
            ),
            models.CheckConstraint(
                name="handover_taken_who_when",
                condition=Q(taken_at=None, taken_by=None) | Q(taken_at__isnull=False, taken_by__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.giver_id} {self.taker_id}"


class Duty(models.Model):
    """One line of an organization's list of powers and responsibilities (职责)."""

    id = models.UUIDField(primary_key=True)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="duties")
    organization_id: UUID
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    legal_basis = models.CharField(max_length=500)

    class Meta:
        ordering = ("organization", "code")
        constraints = (models.UniqueConstraint(fields=["organization", "code"], name="duty_code_once"),)

    def __str__(self) -> str:
        return self.code


class ReminderChoice(models.Model):
    """How the holder of an account wants to be reminded of what waits (提醒方式); no row: on the pages only."""

    account = models.OneToOneField(Account, models.CASCADE, primary_key=True, related_name="reminding")
    account_id: UUID
    by_mail = models.BooleanField(default=False)
    days_before = models.PositiveSmallIntegerField(default=2)
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.account_id)


class Webhook(models.Model):
    """Where a department's own system wants to be told of what waits (提醒接口)."""

    organization = models.OneToOneField(Organization, models.CASCADE, primary_key=True, related_name="+")
    organization_id: UUID
    url = models.CharField(max_length=300)
    secret = EncryptedTextField()
    set_on = models.DateField()
    set_by = models.UUIDField(null=True)

    def __str__(self) -> str:
        return self.url


class Reminder(models.Model):
    """That a reminder was sent on a day, or could not be (提醒记录): how many things, not which."""

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(Account, models.CASCADE, null=True, related_name="+")
    account_id: UUID | None
    organization = models.ForeignKey(Organization, models.CASCADE, null=True, related_name="+")
    organization_id: UUID | None
    day = models.DateField()
    things = models.PositiveIntegerField()
    sent_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    fault = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("-day", "id")
        constraints = (
            models.UniqueConstraint(
                fields=["account", "day"], condition=Q(account__isnull=False), name="reminded_once"
            ),
            models.UniqueConstraint(
                fields=["organization", "day"], condition=Q(organization__isnull=False), name="posted_once"
            ),
            models.CheckConstraint(
                name="reminder_to_somebody",
                condition=Q(account__isnull=False, organization__isnull=True)
                | Q(account__isnull=True, organization__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.day} {self.things}"


class CalendarFeed(models.Model):
    """An address under which a calendar program reads an account's due days (日程订阅); only its digest is kept."""

    account = models.OneToOneField(Account, models.CASCADE, primary_key=True, related_name="+")
    account_id: UUID
    digest = models.CharField(max_length=64, unique=True)  # SHA-256 of the token
    opened_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    reads = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.account_id)
