"""The check never crashes, names a field of the profile, and a finding disappears when the field is filled."""

from hypothesis import given
from hypothesis import strategies as st

from zhengtong.standards.rules import Severity, check
from zhengtong.standards.tables import profile

PROFILE = profile()
NAMES = [rule.field for rule in PROFILE.fields if rule.on == "entry"]
VALUES = st.one_of(
    st.none(), st.text(max_size=300), st.booleans(), st.integers(), st.lists(st.text(max_size=5), max_size=3)
)
ENTRIES = st.dictionaries(st.sampled_from(NAMES), VALUES)
ITEMS = st.lists(
    st.dictionaries(st.sampled_from(["code", "name", "data_type", "length", "share_type"]), st.text(max_size=20))
)


@given(entry=ENTRIES, items=ITEMS)
def test_any_entry_is_checked_without_a_crash_and_every_finding_can_be_read(
    entry: dict[str, object], items: list[dict[str, str]]
) -> None:
    for finding in check({**entry, "items": items}, PROFILE):
        assert finding.severity is Severity.ERROR
        assert finding.message("zh")
        assert finding.message("en")
        assert finding.remedy("zh")
        assert "{" not in finding.message("zh").replace(str(finding.facts.get("value", "")), "")


@given(text=st.text(min_size=1, max_size=200).filter(str.strip))
def test_a_filled_field_is_no_longer_missing(text: str) -> None:
    missing = {f.field for f in check({}, PROFILE)}
    filled = {f.field for f in check({"name": text}, PROFILE)}
    assert missing - filled == {"name"}
