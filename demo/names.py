"""Synthetic Chinese words: people, yards, streets, firms."""

from __future__ import annotations

from random import Random


def _words(text: str) -> list[str]:
    return text.split()


SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏"
    "钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
SURNAME_WEIGHTS = [max(1, 40 - number // 2) for number in range(len(SURNAMES))]
GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰建国红梅志海云春燕学文永立新民宝玲"
    "福生淑珍凤琴荣贵金山庆成德义长清振东晓光树林占元进喜根保会来全胜利双喜俊峰彦斌少辉亚楠"
)
STREETS = _words(
    "胜利街道 建设街道 和平街道 新华街道 中山街道 光明街道 东关街道 西关街道 南关街道 北关街道 城关街道 人民街道 幸福街道 "
    "育才街道 裕华街道 红旗街道 滨河街道 迎宾街道 兴华街道 文化街道 友谊街道 站前街道"
)
COMMITTEES = _words(
    "东风 向阳 朝阳 和谐 安康 团结 永安 福源 翠园 锦绣 丰收 春光 景明 康乐 平安 兴业 静安 双拥 文昌 曙光 金桥 泰和 益民 工农 "
    "迎春 西苑 东苑 南园 北园 中心"
)
UNITS = _words(
    "棉纺厂 机床厂 水泥厂 化肥厂 电厂 酒厂 造纸厂 印刷厂 农机厂 纺织厂 制药厂 轴承厂 毛巾厂 面粉厂 粮食局 供销社 物资局 商业局 "
    "邮电局 建筑公司 运输公司 汽修厂 铁路 煤建公司 水利局 教育局 一中 二中 师范 县医院 中医院 税务局 农业局 林业局 外贸 百货公司 "
    "食品厂 木器厂 橡胶厂 玻璃厂 陶瓷厂 无线电厂 塑料厂 皮革厂 服装厂 钢厂 矿务局 地质队 气象局 广播局 银行 法院 文化馆 糖厂 油厂"
)
KINDS = ("家属院", "宿舍", "小区", "家属楼", "生活区", "东院", "西院", "一宿舍", "二宿舍", "南院", "北院", "三宿舍")
ROADS = _words(
    "建设路 人民路 中华路 新华街 和平路 光明街 胜利路 裕华路 中山路 滨河路 迎宾街 解放路 青年街 文化路 友谊街 体育街 工农路 "
    "向阳街 富强街 府前街 东风路 车站街 育才街 红旗街 团结路 永安街 康宁街 长征街 幸福路 花园街"
)
ESTATES = _words(
    "幸福里 光明里 翠竹园 丰泽园 安居苑 康泰园 锦绣园 春晖里 和平里 朝阳里 团结里 燕山里 静雅苑 怡馨园 祥和里 惠民小区 富强小区 "
    "新兴里 东升小区 西苑小区 永乐里 建华小区 育英里 花园里 金秋苑 平安里 兴隆小区 福源小区 阳光里 长青里 桃园里 柳林里"
)
FIRMS = ("示例建设公司", "示例城建工程公司", "示例市政工程公司", "示例建筑安装公司", "示例住宅修缮公司", "示例园林建设公司")
SUPERVISORS = ("示例监理公司", "示例工程咨询公司", "示例项目管理公司", "示例建设监理所")
# Fuxing District as in the design: yard, sub-district, households, month of start, percent at the end of May
FUXING_STREETS = _words(
    "胜利桥街道 百家村街道 铁路大院街道 化林路街道 庞村街道 二六七二街道 石化街道 彭家寨街道 户村街道"
)  # nine, as drawn
FUXING_YARDS: tuple[tuple[str, str, int, int, int], ...] = (
    ("机械厂家属院", "二六七二街道", 312, 4, 61),
    ("复兴路18号院", "铁路大院街道", 146, 4, 40),
    ("百家村四宿舍", "百家村街道", 228, 3, 65),
    ("石化小区", "石化街道", 404, 3, 72),
    ("建设大街7号院", "铁路大院街道", 88, 7, 0),
    ("钢苑东区", "化林路街道", 516, 4, 33),
    ("前进家属院", "二六七二街道", 176, 4, 55),
    ("铁西二生活区", "百家村街道", 260, 2, 80),
    ("胜利桥南院", "胜利桥街道", 132, 4, 47),
    ("化纤厂宿舍", "化林路街道", 194, 1, 100),
    ("岭南路22号", "胜利桥街道", 74, 5, 20),
    ("康德家属院", "石化街道", 118, 4, 38),
    ("邯钢六宿舍", "化林路街道", 342, 3, 58),
)


def person(rng: Random) -> str:
    """A plausible name of nobody."""
    surname = rng.choices(SURNAMES, SURNAME_WEIGHTS)[0]
    return surname + "".join(rng.choice(GIVEN) for _ in range(1 if rng.random() < 0.22 else 2))


def people(rng: Random, number: int) -> list[str]:
    """Many names at once: much faster than one by one."""
    surnames = rng.choices(SURNAMES, SURNAME_WEIGHTS, k=number)
    first, second = rng.choices(GIVEN, k=number), rng.choices(GIVEN + " " * (len(GIVEN) // 4), k=number)
    return [(a + b + c).rstrip() for a, b, c in zip(surnames, first, second, strict=True)]


def yard(rng: Random) -> str:
    """A name of an old yard."""
    kind = rng.random()
    if kind < 0.5:
        return rng.choice(UNITS) + rng.choice(KINDS)
    if kind < 0.8:
        return f"{rng.choice(ROADS)}{rng.randint(1, 198)}号院"
    return rng.choice(ESTATES) + rng.choice(("", "一区", "二区", "东区", "西区", "北区"))


class Names:
    """Yard names, each once per county."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.taken: dict[str, set[str]] = {}

    def take(self, county: str, name: str = "") -> str:
        """A name that the county does not have yet (or `name` itself, noted as taken)."""
        taken = self.taken.setdefault(county, set())
        found = name or yard(self.rng)
        while found in taken and not name:
            found = yard(self.rng)
        taken.add(found)
        return found
