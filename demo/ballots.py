"""What the demo's ballots say, as SQL that makes a ballot's answers out of the household's 32 random bytes (`dice`)."""

TEXTS = {
    "willingness": ["停车太难，想多划车位", "下水道一到夏天就堵", "暖气不热", "能加装电梯最好", "希望修好楼顶漏雨", "电动车没地方充电"],
    "opinions": ["外墙保温要做厚一点", "希望保留院里的老树", "施工别太早开工，太吵", "路灯少，晚上看不见", "垃圾桶离楼太近"],
    "scheme": ["早点开工", "出钱可以，要公开账目", "怕施工质量不好", "车位怎么分要先说清楚"],
    "satisfaction": ["楼道干净多了", "管道还有点漏水", "施工时噪音大", "绿化还没补种", "师傅态度好"],
}
WISHES = [
    *("water", "parking", "facade", "lifts", "roof", "heating", "drainage", "roads", "charging", "elderly_care", "greening", "security"),
    *("fire_safety", "power", "meals", "gas"),
]
# one household in eighteen writes something; `texts` and `wishes` are parameters of the statement
SAID = (
    "CASE WHEN get_byte(dice, 20) < 14 THEN jsonb_build_object('{name}', (%(texts)s::text[])[1 + get_byte(dice, 21) %% {number}])"
    " ELSE '{{}}' END"
)
# the product of two bytes favours the first of the list; different shifts give different wishes
WISH = "(%(wishes)s::text[])[1 + (get_byte(dice, 22) * get_byte(dice, 23) / 4096 + {shift}) %% {number}]"
MARK = "'{name}', 5 - get_byte(dice, {byte}) * get_byte(dice, {byte} + 1) / 21846"


def answers_of(kind: str) -> str:
    """SQL for the answers of a ballot of this kind, as jsonb."""
    said = SAID.format(name="reason" if kind == "scheme" else "more", number=len(TEXTS[kind]))
    return f"jsonb_build_object({PARTS[kind]()}) || {said}"


def _marks(*names: str) -> str:
    return ", ".join(MARK.format(name=name, byte=byte) for byte, name in enumerate(names, 16))


def _wishes(*shifts: int) -> str:
    return ", ".join(WISH.format(shift=shift, number=len(WISHES)) for shift in shifts)


def _willingness() -> str:
    money = "(ARRAY['direct', 'maintenance_fund', 'common_revenue', 'no'])[1 + get_byte(dice, 24) %% 4]"
    decision = "CASE WHEN place <= agreed THEN 'yes' ELSE 'no' END"
    return f"'decision', {decision}, 'menu', jsonb_build_array({_wishes(0, 1, 5)}), 'money', {money}"


def _opinions() -> str:
    return f"{_marks('pipes', 'buildings', 'grounds', 'services')}, 'missing', jsonb_build_array({_wishes(0)})"


def _scheme() -> str:
    return "'decision', CASE WHEN place <= agreed THEN 'agree' ELSE 'disagree' END"


def _satisfaction() -> str:
    level = "CASE WHEN place > agreed THEN 'dissatisfied' WHEN get_byte(dice, 25) < 120 THEN 'very_satisfied' ELSE 'satisfied' END"
    return f"'decision', {level}, {_marks('quality', 'noise', 'cleanliness', 'communication')}"


PARTS = {"willingness": _willingness, "opinions": _opinions, "scheme": _scheme, "satisfaction": _satisfaction}
