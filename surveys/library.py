"""Standard questionnaires, one list per kind of round, in Chinese and English. Pure data: no database, no clock."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import Any

Question = dict[str, Any]
Option = dict[str, Any]


@dataclass(frozen=True)
class Questionnaire:
    """A set of questions that a round takes over and may then change.

    `kind` and `matter` are the values of `choices.RoundKind` and `choices.Matter` (matter is "" except for legal matters). A question is
    the dict that a round stores: code, form (single, multiple, rating, ranking, text), zh, en, hint_zh, hint_en, required, deciding,
    most, options. `most`: multiple and ranking at most so many, rating the highest mark, single 1, text 0. An option has code, zh, en,
    hint_zh, hint_en and, in a deciding question, counts (agree, against, abstain).
    """

    code: str
    kind: str
    matter: str
    zh: str
    en: str
    about_zh: str
    about_en: str
    questions: tuple[Question, ...]

    def asked(self, version: int | None = None) -> list[Question]:
        """Its questions as a list of its own to store in a round, the scheme's version written in where a question names it."""
        questions = deepcopy(list(self.questions))
        for question in questions:
            for key in ("zh", "en", "hint_zh", "hint_en"):
                question[key] = question[key].replace("{version}", "" if version is None else str(version))
        return questions


def for_kind(kind: str, matter: str = "") -> list[Questionnaire]:
    """The questionnaires that fit a kind of round (and, for legal matters, its matter; without one all of them), the fullest first."""
    return [each for each in QUESTIONNAIRES if each.kind == kind and (not matter or each.matter == matter)]


def by_code(code: str) -> Questionnaire | None:
    """The questionnaire of that code, or None."""
    return next((each for each in QUESTIONNAIRES if each.code == code), None)


# --- how a question is put together -----------------------------------------------------------------------------


def option(code: str, zh: str, en: str, hint_zh: str = "", hint_en: str = "", counts: str = "") -> Option:
    """One answer; `counts` only in a deciding question."""
    found: Option = {"code": code, "zh": zh, "en": en, "hint_zh": hint_zh, "hint_en": hint_en}
    return found | {"counts": counts} if counts else found


def question(
    code: str, form: str, zh: str, en: str, hint: tuple[str, str] = ("", ""), *, required: bool = False, deciding: bool = False,
    most: int = 0, options: tuple[Option, ...] = (),
) -> Question:  # fmt: skip
    """One question of the shape that a round stores."""
    return {
        "code": code, "form": form, "zh": zh, "en": en, "hint_zh": hint[0], "hint_en": hint[1], "required": required, "deciding": deciding,
        "most": most, "options": [dict(each) for each in options],
    }  # fmt: skip


def decision(zh: str, en: str, options: tuple[Option, ...], hint: tuple[str, str] = ("", "")) -> Question:
    """The deciding question of a round: one answer, and it must be given."""
    return question("decision", "single", zh, en, hint, required=True, deciding=True, most=1, options=options)


def mark(code: str, zh: str, en: str, hint_zh: str = "", hint_en: str = "") -> Question:
    """A part rated from 1 to 5; may be left out."""
    hint = (hint_zh or "1 分最差，5 分最好", hint_en or "1 is worst, 5 is best")
    return question(code, "rating", zh, en, hint, most=5)


def words(zh: str, en: str, hint_zh: str = "", hint_en: str = "", code: str = "more") -> Question:
    """Free text; may be left out."""
    hint = (hint_zh or "可以不填。公开时不写姓名和门牌", hint_en or "You may leave it empty. Published without names or doors")
    return question(code, "text", zh, en, hint)


# --- what can be renovated (DOMAIN.md section 5) ----------------------------------------------------------------

# (code, class, Chinese, English): the catalogue of work items, in its order
WORK_KINDS: tuple[tuple[str, str, str, str], ...] = (
    ("water", "basic", "供水管道", "Water pipes"),
    ("drainage", "basic", "排水和下水道", "Drains and sewers"),
    ("power", "basic", "供电线路", "Power lines"),
    ("gas", "basic", "燃气管道", "Gas pipes"),
    ("heating", "basic", "供暖管道", "Heating pipes"),
    ("telecom", "basic", "通信线缆入地", "Cables put underground"),
    ("roads", "basic", "小区道路", "Roads in the community"),
    ("fire_safety", "basic", "消防设施和通道", "Fire safety and fire lanes"),
    ("security", "basic", "门禁、监控和照明", "Doors, cameras and lights"),
    ("roof", "basic", "屋面防水", "Roof against rain"),
    ("facade", "basic", "外墙修补", "Outer walls"),
    ("stairs", "basic", "楼道和扶手", "Stairwells and handrails"),
    ("greening", "improvement", "绿化", "Trees and green"),
    ("parking", "improvement", "停车位", "Parking places"),
    ("charging", "improvement", "电动车充电", "Charging for e-bikes and cars"),
    ("energy_saving", "improvement", "外墙保温和节能窗", "Insulation and better windows"),
    ("lifts", "improvement", "加装电梯", "Lifts"),
    ("illegal_structures", "improvement", "拆除违建", "Removing illegal structures"),
    ("elderly_care", "upgrade", "养老服务", "Care for the elderly"),
    ("childcare", "upgrade", "托儿和儿童活动", "Childcare and play"),
    ("meals", "upgrade", "社区食堂", "Community meals"),
    ("market", "upgrade", "便民菜店", "Food market nearby"),
    ("health", "upgrade", "卫生服务站", "Health station"),
    ("culture", "upgrade", "活动室和阅览室", "Activity and reading room"),
    ("parcel", "upgrade", "快递柜", "Parcel lockers"),
    ("smart", "upgrade", "智慧门牌和报修", "Smart doors and repair calls"),
)


# answer -> the kinds of work (projects.choices.WorkKind) that it means: what the wishes beside a scheme are counted by.
# An answer that a clerk rewords keeps its code and its meaning; one that is added has none.
WORKS_OF_OPTION: dict[str, tuple[str, ...]] = {code: (code,) for code, *_words in WORK_KINDS} | {
    "fire_safety": ("fire",),
    "security": ("security", "lighting"),
    "energy_saving": ("energy",),
    "illegal_structures": ("demolition",),
    "elderly_care": ("elderly",),
}


def work_options(*codes: str) -> tuple[Option, ...]:
    """Work items as answers, all of them or only those named, in the catalogue's order."""
    return tuple(option(code, zh, en) for code, _kind, zh, en in WORK_KINDS if not codes or code in codes)


def menu(most: int) -> Question:
    """The ranking of wanted work items."""
    return question(
        "menu", "ranking", f"您家最想改什么？最多选 {most} 项", f"What does your household want most? Choose up to {most}",
        ("最想改的排第一", "Put what you want most first"), most=most, options=work_options(),
    )  # fmt: skip


# --- questions that several questionnaires share ----------------------------------------------------------------

WISH = decision(
    "您家是否愿意改造？", "Does your household want the renovation?",
    (
        option("yes", "愿意", "Yes", "希望小区列入改造", "We want our community to be renovated", counts="agree"),
        option("no", "不愿意", "No", "可以在后面写原因", "You can say why further down", counts="against"),
    ),
)  # fmt: skip

MONEY = question(
    "money", "single", "您家愿意出一部分钱吗？", "Would your household pay a part?",
    ("只问意愿，现在不交钱", "This asks only; nothing is paid now"), most=1,
    options=(
        option("direct", "愿意，直接交", "Yes, directly", "按户或按面积分摊", "By household or by floor area"),
        option("maintenance_fund", "愿意，用维修资金", "Yes, from the maintenance fund", "动用前业主还要表决", "The owners vote first"),
        option("common_revenue", "愿意，用公共收益", "Yes, from common revenue", "如停车、广告的收入", "Such as parking and advertising"),
        option("no", "不愿意", "No"),
    ),
)  # fmt: skip

PROPERTY = question(
    "property", "single", "改造后，您希望谁来管小区？", "Who should manage the community afterwards?",
    ("管好了，改造才不白做", "Good management keeps what is renovated"), most=1,
    options=(
        option("professional", "请物业公司", "A property company", "按约定收物业费", "For an agreed fee"),
        option("packaged", "和附近新小区一起管", "Together with a new community nearby"),
        option("merged", "和相邻院子合并管", "Merged with the yards next door"),
        option("state_custodian", "国有物业托管", "A state-owned custodian"),
        option("self_managed", "居民自己管", "The residents themselves", "选出代表，共同商量", "Through elected representatives"),
        option("committee", "居委会代管", "The residents' committee"),
        option("any", "听大家的", "Whatever most prefer"),
    ),
)  # fmt: skip

OVERALL = decision(
    "总的来说，您家对改造满意吗？", "Overall, is your household satisfied with the renovation?",
    (
        option("very_satisfied", "很满意", "Very satisfied", counts="agree"),
        option("satisfied", "满意", "Satisfied", counts="agree"),
        option("fair", "一般", "Neither", "不算满意", "Does not count as satisfied", counts="abstain"),
        option("dissatisfied", "不满意", "Dissatisfied", "可以在后面写原因", "You can say why further down", counts="against"),
        option("very_dissatisfied", "很不满意", "Very dissatisfied", "可以在后面写原因", "You can say why further down", counts="against"),
    ),
    ("很满意、满意都算满意", "“Very satisfied” and “satisfied” count as satisfied"),
)  # fmt: skip

CHOOSE = ("可选多项，没有就不选", "Choose all that apply, or none")

MEND = question(
    "mend", "multiple", "哪些地方还要返工？", "What still needs mending?", CHOOSE, most=12,
    options=(
        *work_options("water", "drainage", "power", "gas", "heating", "roads", "roof", "facade", "stairs", "greening"),
        option("rubbish", "垃圾没清完", "Rubbish left behind"),
        option("other", "其他地方", "Something else"),
    ),
)  # fmt: skip

SCHEME = decision(
    "您家是否同意改造方案（第 {version} 版）？", "Does your household agree to the scheme (version {version})?",
    (
        option("agree", "同意", "Agree", "按这一版方案改造", "Renovate by this version", counts="agree"),
        option("disagree", "不同意", "Disagree", "可以在下面写原因", "You can say why below", counts="against"),
    ),
)  # fmt: skip


def legal(zh: str, en: str) -> Question:
    """The deciding question of a legal matter. Who abstains takes part but does not agree (Civil Code Art. 278)."""
    return decision(zh, en, (
        option("agree", "同意", "Agree", counts="agree"),
        option("against", "反对", "Against", "可以在下面写原因", "You can say why below", counts="against"),
        option("abstain", "弃权", "Abstain", "算参加，不算同意", "You take part but do not agree", counts="abstain"),
    ))  # fmt: skip


REASON = words("您为什么这样选？", "Why do you choose so?", code="reason")

HALF_ZH = "民法典第 278 条：人数、面积都要三分之二以上参加。参加的人数、面积都要过半同意。"
HALF_EN = "Civil Code Art. 278: two thirds of the owners, by head and by area, must take part; of these more than half by both must agree."
QUARTERS_ZH = "民法典第 278 条：人数、面积都要三分之二以上参加。参加的人数、面积都要四分之三以上同意。"
QUARTERS_EN = (
    "Civil Code Art. 278: two thirds of the owners, by head and by area, must take part; of these three quarters by both must agree."
)


# --- the library ------------------------------------------------------------------------------------------------

QUESTIONNAIRES: tuple[Questionnaire, ...] = (
    Questionnaire(
        "willingness_full", "willingness", "", "改造意愿调查", "Survey of wishes",
        "想不想改，想改什么，您说了算。全体住户的 80% 愿意，才能列入计划。没有回答按「不愿意」计。",
        "Whether and what to renovate is up to you. At least 80 % of all households must want it. Not answering counts as no.",
        (WISH, menu(5), MONEY, PROPERTY, words("您还有什么想说的？", "Anything else you want to say?")),
    ),
    Questionnaire(
        "willingness_short", "willingness", "", "改造意愿调查（简版）", "Survey of wishes (short)",
        "两个问题，一分钟填完。全体住户的 80% 愿意，才能列入计划。没有回答按「不愿意」计。",
        "Two questions, one minute. At least 80 % of all households must want the renovation. Not answering counts as no.",
        (WISH, menu(3)),
    ),
    Questionnaire(
        "willingness_services", "willingness", "", "改造意愿和身边服务调查", "Survey of wishes and of services nearby",
        "除了水电气热，也问身边的服务。全体住户的 80% 愿意，才能列入计划。没有回答按「不愿意」计。",
        "Besides pipes and roads this asks about services nearby. At least 80 % of all households must want the renovation; silence is no.",
        (
            WISH, menu(5),
            question(
                "services", "multiple", "走 15 分钟，还缺哪些服务？", "Which services are missing within 15 minutes on foot?",
                CHOOSE, most=8,
                options=work_options("elderly_care", "childcare", "meals", "market", "health", "culture", "parcel", "smart"),
            ),
            question(
                "helped", "single", "家里有人需要照顾吗？", "Does anybody at home need care?", 
                ("用来安排服务，可以不填", "Helps to plan; you may skip it"), most=1,
                options=(
                    option("elderly", "有 70 岁以上老人", "Yes, somebody over 70"),
                    option("children", "有学龄前儿童", "Yes, a child under school age"),
                    option("both", "老人、儿童都有", "Yes, both"),
                    option("none", "没有", "No"),
                ),
            ),
            MONEY, PROPERTY, words("您还有什么想说的？", "Anything else you want to say?"),
        ),
    ),
    Questionnaire(
        "opinions_full", "opinions", "", "改造方案征求意见", "Opinions on the scheme",
        "方案初稿已经画好，请您提意见。80% 的住户提过意见，方案才能定稿。",
        "The draft is drawn. Please say what you think. Opinions of at least 80 % of all households are needed before it is finished.",
        (
            mark("pipes", "水电气热管网部分，您打几分？", "Pipes and cables: your mark?"),
            mark("buildings", "屋面、外墙、楼道，您打几分？", "Roof, walls, stairs: your mark?"),
            mark("grounds", "道路、停车、绿化，您打几分？", "Roads, parking, green: your mark?"),
            mark("services", "养老、托幼等服务，您打几分？", "Care and other services: your mark?"),
            question(
                "missing", "multiple", "方案里还缺什么？", "What is missing in the scheme?", CHOOSE, most=26,
                options=work_options(),
            ),
            words("您对方案还有什么意见？", "What else do you think of the scheme?"),
        ),
    ),
    Questionnaire(
        "opinions_short", "opinions", "", "改造方案征求意见（简版）", "Opinions on the scheme (short)",
        "方案初稿已经画好，请您提意见。80% 的住户提过意见，方案才能定稿。",
        "The draft is drawn. Please say what you think. Opinions of at least 80 % of all households are needed before it is finished.",
        (
            question(
                "view", "single", "您觉得这个方案怎么样？", "What do you think of the scheme?", required=True, most=1,
                options=(
                    option("good", "可以，就这么改", "Good as it is"),
                    option("change", "要改一改", "Some things should change", "请在下面写要改哪里", "Say below what"),
                    option("bad", "不行，要重做", "It should be done again", "请在下面写原因", "Say below why"),
                ),
            ),
            words("您有什么意见？", "What should change?"),
        ),
    ),
    Questionnaire(
        "scheme_full", "scheme", "", "改造方案表决", "Vote on the scheme",
        "每户一票，请对这一版方案表决。全体住户的 80% 同意，方案才能报批。没有投票按「不同意」计。",
        "One vote for each household on this version. At least 80 % of all households must agree. Not voting counts as disagreeing.",
        (SCHEME, words("还有话要说吗？", "Anything else you want to say?", code="reason")),
    ),
    Questionnaire(
        "scheme_short", "scheme", "", "改造方案表决（只问一题）", "Vote on the scheme (one question)",
        "每户一票，请对这一版方案表决。全体住户的 80% 同意，方案才能报批。没有投票按「不同意」计。",
        "One vote for each household on this version. At least 80 % of all households must agree. Not voting counts as disagreeing.",
        (SCHEME,),
    ),
    Questionnaire(
        "satisfaction_full", "satisfaction", "", "改造满意度调查", "Satisfaction with the renovation",
        "改得好不好，您来打分。全体住户的 80% 满意，才能验收。没有回答按「不满意」计。",
        "You say how well it was done. At least 80 % of all households must be satisfied. Not answering counts as not satisfied.",
        (
            OVERALL,
            mark("quality", "施工质量，您打几分？", "Quality of the work: your mark?"),
            mark("noise", "噪声控制，您打几分？", "Keeping the noise down: your mark?"),
            mark("cleanliness", "工地卫生，您打几分？", "Cleanliness of the site: your mark?"),
            mark("communication", "沟通和通知，您打几分？", "Being told and heard: your mark?"),
            mark("property_service", "物业服务，您打几分？", "Property service: your mark?"),
            MEND, words("您还有什么想说的？", "Anything else you want to say?"),
        ),
    ),
    Questionnaire(
        "satisfaction_short", "satisfaction", "", "改造满意度调查（简版）", "Satisfaction with the renovation (short)",
        "三个问题，一分钟填完。全体住户的 80% 满意，才能验收。没有回答按「不满意」计。",
        "Three questions, one minute. At least 80 % of all households must be satisfied. Not answering counts as not satisfied.",
        (OVERALL, MEND, words("您还有什么想说的？", "Anything else you want to say?")),
    ),
    Questionnaire(
        "legal_fund_use", "legal", "fund_use", "使用维修资金表决", "Use of the maintenance fund", HALF_ZH, HALF_EN,
        (legal("您是否同意使用维修资金？", "Do you agree to use the maintenance fund?"), REASON),
    ),
    Questionnaire(
        "legal_fund_raising", "legal", "fund_raising", "筹集维修资金表决", "Raising the maintenance fund", QUARTERS_ZH, QUARTERS_EN,
        (legal("您是否同意筹集维修资金？", "Do you agree to raise the maintenance fund?"), REASON),
    ),
    Questionnaire(
        "legal_lift", "legal", "lift", "本单元加装电梯表决", "Lift for one stairwell", f"只由本单元业主表决。{QUARTERS_ZH}",
        f"Only the owners of this stairwell vote. {QUARTERS_EN}",
        (legal("您是否同意本单元加装电梯？", "Do you agree to a lift for this stairwell?"), REASON),
    ),
    Questionnaire(
        "legal_common_parts", "legal", "common_parts", "改变或经营共有部分表决", "Change or business use of common parts",
        QUARTERS_ZH, QUARTERS_EN,
        (
            legal("您是否同意改变或经营共有部分？", "Do you agree to change common parts or run a business on them?"),
            REASON,
        ),
    ),
)  # fmt: skip
