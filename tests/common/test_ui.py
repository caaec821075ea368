"""The design language's tags: what they print, in both languages, and what they refuse to print."""

import pytest
from django import forms
from django.template import Context, Template, TemplateSyntaxError
from django.test import RequestFactory
from django.utils.translation import override


def render(source, language="en", **context):
    with override(language):
        return Template("{% load ui %}" + source).render(Context(context))


def test_a_rate_above_the_plan_is_not_clamped_and_its_bar_has_a_darker_end():
    html = render("{% rate_cell 42 41 tick=90 %}")
    assert "102.4%" in html and 'class="over"' in html and 'x1="81.8%"' in html
    assert "style=" not in html


def test_without_a_plan_there_are_words_and_no_bar():
    assert render("{% pct 0 0 %}") == "No plan"
    assert "<svg" not in render("{% rate_bar 3 0 %}")
    assert render("{% rate 3 0 %}") == ""


@pytest.mark.parametrize(
    ("source", "english", "chinese"),
    [
        ("{{ 520000|wan }}", "520,000", "52.0 万"),
        ("{{ 2130000000|yuan_yi }}", "CNY 2.13 bn", "21.3 亿元"),
        ("{{ 8964000|yuan_wan }}", "CNY 8,964,000", "896.4 万元"),
        ("{{ 24680|area }}", "24,680 m²", "24,680 m²"),
        ("{{ 3057|number }}", "3,057", "3,057"),
        ("{{ none|wan }}", "", ""),
    ],
)
def test_large_numbers_follow_the_reader(source, english, chinese):
    assert render(source, none=None) == english
    assert render(source, "zh-hans", none=None) == chinese


def test_a_change_of_rate_is_rounded_once_and_spoken():
    html = render("{% rate_delta 2237 3057 1502 unit='points' %}")
    assert "▲" in html and "24.0 points" in html and ">up </span>" in html
    assert "—" in render("{% delta 5 none %}", none=None)


@pytest.mark.parametrize(("started", "state"), [(42, "On schedule"), (30, "tag near"), (5, "tag fail")])
def test_a_lag_is_said_in_words_and_shape(started, state):
    assert state in render("{% lag_tag started 41 90 %}", started=started)


def test_a_finding_has_shape_and_word():
    assert render("{% finding_mark 'fail' '还差 2 项' %}").count("<svg") == 1
    assert "Not reached" in render("{% finding_mark 'fail' %}")


def test_links_keep_the_query_and_start_again_on_page_one():
    request = RequestFactory().get("/", {"q": "机械厂", "cursor": "abc", "stage": "started"})
    assert render("{% url_with request stage='' sort='name' %}", request=request) == "?q=%E6%9C%BA%E6%A2%B0%E5%8E%82&amp;sort=name"


def test_a_sort_header_says_its_way_and_turns_it():
    request = RequestFactory().get("/", {"sort": "name"})
    html = render("{% sort_header 'Name' 'name' %}{% sort_header 'Homes' 'homes' num=True %}", request=request)
    assert 'aria-sort="ascending"' in html and 'href="?sort=-name"' in html and 'href="?sort=homes"' in html and 'class="num"' in html


class ContractForm(forms.Form):
    number = forms.CharField(help_text="As printed")
    note = forms.CharField(required=False)


def test_a_field_ties_label_help_message_and_input_together():
    html = render("{% field form.number %}{% field form.note %}", form=ContractForm({}))
    assert 'aria-invalid="true"' in html and 'aria-describedby="id_number_error id_number_help"' in html
    assert html.index("<label") < html.index('id="id_number_error"') < html.index("<input")
    assert html.count("(optional)") == 1


def test_a_missing_icon_is_loud_in_development_only(settings, tmp_path):
    settings.ICON_ROOT = tmp_path
    settings.DEBUG = False
    assert render("{% icon 'no-such-icon' %}") == ""
    settings.DEBUG = True
    with pytest.raises(TemplateSyntaxError):
        render("{% icon 'no-such-icon' %}")
