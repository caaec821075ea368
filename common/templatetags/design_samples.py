"""Invented figures and a form for the components page at /design/ (the drawing of the province at 31 May 2021)."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms, template
from django.utils.timezone import get_default_timezone
from django.utils.translation import gettext_lazy as _

register = template.Library()

# code, name, English name, planned, started, started a month before, completed
UNITS = [
    ("130682R", "定州市", "Dingzhou", 41, 42, 29, 4),
    ("130900", "沧州市", "Cangzhou", 130, 112, 78, 8),
    ("131000", "廊坊市", "Langfang", 118, 97, 63, 6),
    ("130181R", "辛集市", "Xinji", 38, 31, 21, 2),
    ("130400", "邯郸市", "Handan", 328, 262, 171, 16),
    ("130200", "唐山市", "Tangshan", 312, 248, 168, 18),
    ("130100", "石家庄市", "Shijiazhuang", 645, 512, 367, 31),
    ("130300", "秦皇岛市", "Qinhuangdao", 236, 171, 121, 9),
    ("130500", "邢台市", "Xingtai", 243, 166, 107, 7),
    ("130600", "保定市", "Baoding", 352, 228, 157, 9),
    ("130800", "承德市", "Chengde", 214, 137, 88, 4),
    ("131100", "衡水市", "Hengshui", 101, 63, 39, 1),
    ("130700", "张家口市", "Zhangjiakou", 287, 162, 90, 3),
    ("133100", "雄安新区", "Xiong'an New Area", 12, 6, 3, 0),
]
CURVE = [
    ("Planned starts", "plan", "accent", [120, 360, 980, 1900, 2750, 3057] + [None] * 6),
    ("Actual starts", "actual", "accent", [125, 342, 743, 1502, 2237] + [None] * 7),
    ("Planned completions", "plan", "near", [0, 0, 10, 60, 180, 450, 820, 1400, 2150, 3057, 3057, 3057]),
    ("Actual completions", "actual", "near", [0, 0, 9, 41, 118] + [None] * 7),
]
STEPS = [
    ("Surveyed", "done", "2020-09-14", ""),
    ("Reserved", "done", "2020-10-20", ""),
    ("Planned", "done", "2021-01-15", "pass:92.0%"),
    ("Designed", "done", "2021-03-22", "pass:85.9%"),
    ("Approved", "done", "2021-04-19", "pass:83.0%"),
    ("Tendered", "done", "2021-04-26", ""),
    ("Started", "now", "2021-04-30", ""),
    ("Completed", "next", "2021-10-31", "fail:54.5%"),
    ("Accepted", "later", "2021-11", "none:—"),
    ("Archived", "later", "2022-02", ""),
]


class SampleForm(forms.Form):
    """One field of each kind; bound with faults so that every state shows."""

    contract_number = forms.CharField(label=_("Contract number"))
    contract_date = forms.DateField(
        label=_("Contract date"), help_text=_("As printed on the contract"), widget=forms.DateInput(attrs={"class": "date"})
    )
    contractor = forms.CharField(label=_("Contractor"), required=False)
    amount = forms.DecimalField(label=_("Contract amount"), required=False, widget=forms.TextInput(attrs={"inputmode": "decimal"}))
    stage = forms.ChoiceField(label=_("Stage"), choices=[("a", "招标"), ("b", "开工")])
    kind = forms.ChoiceField(label=_("Kind of work"), widget=forms.RadioSelect, choices=[("1", "基础类"), ("2", "完善类"), ("3", "提升类")])
    file = forms.FileField(label=_("Workbook"), required=False, help_text=_("An .xlsx file, 10 MB at most"))
    note = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    sure = forms.BooleanField(label=_("The original has been seen"), required=False)


class _Page:
    """What common.paging.Page shows."""

    rows = list(range(13))
    next = "n"
    previous = ""
    total = 9368


def _ranking() -> list[dict[str, Any]]:
    keys = ("code", "name", "name_en", "planned", "started", "started_before", "completed")
    return [{**dict(zip(keys, unit, strict=True)), "rank": place, "url": f"#{unit[0]}"} for place, unit in enumerate(UNITS, 1)]


def _findings() -> list[dict[str, Any]]:
    return [
        {
            "state": "fail",
            "name": "改造内容全部完成",
            "sentence": "外墙、路面、供热管网、会客厅、充电桩 5 项未完。",
            "part": 6,
            "whole": 11,
            "unit": "项",
            "who": "施工单位、区住建局",
            "url": "#",
            "url_label": "看 5 项内容",
        },
        {
            "state": "near",
            "status": "差 4 张",
            "name": "完工照片",
            "sentence": "每栋楼前后各一张；7、8 号楼还没有。",
            "part": 18,
            "whole": 22,
            "unit": "张",
            "who": "区住建局 李敏",
            "url": "#",
            "url_label": "补照片",
        },
        {
            "state": "pass",
            "name": "开工证据齐全",
            "sentence": "施工合同、监理合同、在小区范围内的现场照片。",
            "part": 3,
            "whole": 3,
            "unit": "份",
            "who": "",
            "url": "#",
            "url_label": "看证据",
        },
    ]


@register.simple_tag
def design_samples() -> dict[str, Any]:
    """Everything that templates/design/ shows."""
    form = SampleForm({"contract_number": "", "contract_date": "2021-13-01", "contractor": "示例建设公司", "stage": "b"})
    form.is_valid()
    total = {"name": "全省", "planned": 3057, "started": 2237, "started_before": 1502, "completed": 118}
    gates = [step[3].split(":") if step[3] else None for step in STEPS]
    return {
        "crumbs": [("河北省", "#"), ("邯郸市", "#"), ("复兴区", "")],
        "children": [(unit[1], "#") for unit in UNITS[:5]],
        "as_of": datetime.date(2021, 5, 31),
        "counted": datetime.datetime(2021, 6, 1, 6, 10, tzinfo=get_default_timezone()),
        "years": [{"label": str(year), "url": "#", "current": year == 2021} for year in (2020, 2021, 2022)],
        "spark": [125, 342, 743, 1502, 2237],
        "ranking": _ranking(),
        "total": total,
        "form": form,
        "blank": SampleForm(),
        "page": _Page(),
        "curve": CURVE,
        "months": range(1, 13),
        "steps": [
            {"name": s[0], "state": s[1], "when": s[2], "gate": g and {"state": g[0], "text": g[1]}}
            for s, g in zip(STEPS, gates, strict=True)
        ],
        "findings": _findings(),
        "events": [
            {"state": "open", "when": "06-17 09:20", "who": "市住建局", "text": "闸门放行申请等待审核", "url": "#"},
            {"state": "done", "when": "06-15 16:42", "who": "李敏", "text": "填报 6 月进度：综合 61% → 72%，照片 3 张"},
            {"state": "", "when": "04-30", "who": "区住建局", "text": "开工：施工合同 04-26、监理合同 04-27、现场照片已核"},
        ],
        "changes": [
            {"field": "户数", "before": "298", "after": "312"},
            {"field": "备注", "before": "", "after": "按产权证更正"},
            {"field": "建成年份", "before": "1985", "after": ""},
        ],
        "gate_bar": {
            "told": "同意 259，不同意 20，没有投票 33，80% 通过线：250 户",
            "parts": [
                {"side": "yes", "name": "同意", "number": 259, "x": "0", "width": "83.01", "labelled": True},
                {"side": "no", "name": "不同意", "number": 20, "x": "83.01", "width": "6.41"},
                {"side": "mute", "name": "没有投票", "number": 33, "x": "89.42", "width": "10.58"},
            ],
            "line": "80.13",
            "line_label": "80% 通过线：250 户",
        },
        "segments": [
            {"label": label, "url": "#", "current": n == 64, "count": n} for label, n in [("全部", 64), ("未填", 13), ("要改", 2)]
        ],
    }
