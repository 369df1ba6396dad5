"""Components say their state in words, link errors to fields, and escape what people wrote."""

from datetime import date

import pytest
from django import forms
from django.http import HttpRequest, HttpResponse
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from zhengtong.kernel.errors import RuleBroken
from zhengtong.ui.errors import add_to
from zhengtong.ui.look import COOKIE, Look


class ReasonForm(forms.Form):
    reason = forms.CharField(label="理由", help_text="写明依据的法条", max_length=20)
    modes = forms.MultipleChoiceField(label="方式", choices=[("a", "核验")], widget=forms.CheckboxSelectMultiple)


def _render(source: str, **context: object) -> str:
    with translation.override("zh-hans"):
        return Template("{% load ui i18n %}" + source).render(Context(context))


def test_a_badge_carries_sign_and_words() -> None:
    shown = _render("{% badge '不予共享' 'shut' %}")
    assert "○" in shown
    assert "不予共享" in shown


def test_an_unknown_tone_is_a_bug() -> None:
    with pytest.raises(ValueError, match="not a valid Tone"):
        _render("{% badge 'x' 'red' %}")


def test_a_label_with_markup_is_escaped() -> None:
    assert "<script>" not in _render("{% badge label 'quiet' %}{% fact label label %}", label="<script>x</script>")


def test_standing_says_where_whose_turn_by_when_and_why() -> None:
    shown = _render(
        "{% standing where='待答复' tone='wait' turn='数据专员' due=due why='有条件共享类' article='第二十一条' %}",
        due=date(2026, 9, 11),
    )
    for words in ("待答复", "数据专员", "2026年9月11日（星期五）", "有条件共享类", "第二十一条"):
        assert words in shown


def test_a_provisional_due_date_says_so() -> None:
    assert "暂定" in _render("{% due due provisional=True %}", due=date(2027, 3, 1))


def test_a_missing_date_is_a_dash() -> None:
    assert _render("{{ nothing|day }}{{ nothing|moment }}", nothing=None) == "——"


def test_a_field_ties_help_and_error_to_its_widget() -> None:
    shown = _render("{% field form.reason %}", form=ReasonForm({"reason": ""}))
    assert 'aria-describedby="id_reason_error id_reason_help"' in shown
    assert 'aria-invalid="true"' in shown
    assert 'id="id_reason_error"' in shown


def test_a_group_of_boxes_is_a_fieldset_with_a_legend() -> None:
    shown = _render("{% field form.modes %}", form=ReasonForm())
    assert "<fieldset" in shown
    assert "<legend>方式" in shown


def test_the_error_summary_links_to_the_field() -> None:
    assert 'href="#id_reason"' in _render("{% form_errors form %}", form=ReasonForm({"reason": ""}))


def test_a_refusal_by_a_rule_stands_above_the_form_with_its_remedy() -> None:
    form = ReasonForm({"reason": "x", "modes": ["a"]})
    error = RuleBroken("kernel.role_missing", thing="申请", verb="答复", roles="工作机构负责人")
    with translation.override("zh-hans"):
        add_to(form, error)
    shown = _render("{% form_errors form %}", form=form)
    assert "工作机构负责人" in shown


def test_the_pager_keeps_the_filters_of_the_address() -> None:
    request = RequestFactory().get("/list?text=户籍&after=k1")
    shown = Template("{% load ui %}{% pager 'k2' %}").render(Context({"request": request}))
    assert "after=k2" in shown
    assert "text=%E6%88%B7%E7%B1%8D" in shown
    assert "after=k1" not in shown


def test_the_look_is_kept_in_a_cookie_and_read_back() -> None:
    answer = HttpResponse()
    Look(large=True, contrast=True).remember(answer)
    request = HttpRequest()
    request.COOKIES[COOKIE] = answer.cookies[COOKIE].value
    assert Look.of(request) == Look(large=True, dark=False, contrast=True)
