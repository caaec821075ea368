"""The words that make a theme of a free text, theme by theme, in Chinese and (for who writes English) English. Pure data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Theme:
    """A theme with its names and words. Those of the catalogue of works have its codes (library.WORK_KINDS)."""

    code: str
    zh: str
    en: str
    words: tuple[str, ...] = ()


def _words(*lines: str) -> tuple[str, ...]:
    return tuple(word for line in lines for word in line.split())


def _theme(code: str, zh: str, en: str, *lines: str) -> Theme:
    return Theme(code, zh, en, _words(*lines))


THEMES: tuple[Theme, ...] = (
    _theme(
        "water", "供水和管道", "Water supply and pipes",
        "供水 自来水 水压 停水 水管 水质 水表 水箱 上水 爆管 没水 水龙头 管道 管网 管线 tap water pressure pipe",
    ),
    _theme(
        "drainage", "排水和下水道", "Drains and sewers",
        "排水 下水 下水道 污水 雨水 积水 化粪池 堵塞 堵了 堵 返味 反味 返水 反水 返臭 地漏 井盖 窨井 地沟 雨污 马桶 管道堵 sewer drain",
    ),
    _theme("power", "供电线路", "Power lines", "供电 电线 停电 跳闸 电压 电表 电路 变压器 电缆 线路老化 老化线路 用电 wiring power"),
    _theme("gas", "燃气", "Gas", "燃气 煤气 天然气 液化气 gas"),
    _theme("heating", "供暖", "Heating", "供暖 暖气 供热 取暖 采暖 热力 不热 暖气片 集中供热 温度低 heat radiator"),
    _theme("telecom", "通信线缆", "Cables", "网线 通信 光纤 宽带 线缆 弱电 电话线 有线电视 蜘蛛网 空中线 乱拉线 cable internet"),
    _theme(
        "roads", "道路", "Roads",
        "道路 路面 修路 坑洼 坑坑洼洼 甬路 便道 人行道 地砖 路砖 沥青 柏油 硬化 路缘石 道牙 不平 马路 小路 路窄 主路 road pavement",
    ),
    _theme(
        "fire_safety", "消防", "Fire safety",
        "消防 灭火 灭火器 火灾 着火 防火 失火 救火 消防栓 消火栓 消防车 生命通道 疏散 安全隐患 fire",
    ),
    _theme(
        "security", "门禁、监控和保安", "Doors, cameras and guards",
        "门禁 监控 摄像头 保安 单元门 防盗 被盗 丢车 小偷 偷车 治安 门卫 大门 围墙 外来人员 对讲 安保 camera security thief guard",
    ),
    _theme(
        "lighting", "照明", "Lighting",
        "路灯 照明 楼道灯 声控灯 感应灯 灯泡 灯 太黑 摸黑 黑灯瞎火 不亮 灯不亮 晚上看不见 黑灯 lamp lighting dark",
    ),
    _theme("roof", "屋面漏水", "Roof leaks", "屋顶 屋面 楼顶 房顶 顶楼 顶层 漏雨 漏水 渗水 渗漏 防水 屋檐 天沟 漏 roof leak"),
    _theme(
        "facade", "外墙", "Outer walls",
        "外墙 墙皮 掉皮 脱落 外立面 立面 粉刷 墙面 裂缝 开裂 掉渣 涂料 空调架 墙裂 墙体 大缝 裂了 facade wall",
    ),
    _theme(
        "energy_saving", "保温和窗户", "Insulation and windows",
        "保温 保温层 节能 窗户 换窗 门窗 隔热 断桥 透风 冬冷夏热 发霉 insulation window mould",
    ),
    _theme("stairs", "楼道和楼梯", "Stairwells", "楼道 楼梯 扶手 楼梯间 单元口 杂物 堆物 堆放 雨棚 信报箱 stair handrail"),
    _theme(
        "greening", "绿化", "Trees and green",
        "绿化 绿地 绿植 树 树木 大树 树枝 种树 砍树 修剪 花草 花园 花坛 草坪 草地 种菜 荒地 杂草 老树 树长 补种 tree green garden",
    ),
    _theme(
        "parking", "停车", "Parking",
        "停车 车位 停车位 停车场 车库 停车难 乱停 占车位 抢车位 私家车 地锁 僵尸车 划线 挪车 堵车 停不下 没地方停 外来车辆 车太多 parking",
    ),
    _theme(
        "charging", "电动车充电", "E-bike charging",
        "充电 充电桩 充电棚 电动车 电瓶车 电动自行车 电瓶 飞线 飞线充电 车棚 自行车 推车上楼 新能源车 charg bike",
    ),
    _theme("lifts", "电梯", "Lifts", "电梯 加装电梯 装电梯 加梯 爬楼 爬楼梯 上下楼 采光 遮光 挡光 lift elevator"),
    _theme(
        "illegal_structures", "违建", "Illegal structures",
        "违建 违章 违章建筑 违法建设 私搭 乱搭 私搭乱建 乱建 搭建 彩钢 彩钢房 小房 侵占 圈占 占道 拆违 拆除 illegal",
    ),
    _theme(
        "elderly_care", "养老和无障碍", "Elderly care and ramps",
        "养老 老人 老年人 老年 岁数大 上年纪 日间照料 助老 适老 轮椅 坡道 无障碍 腿脚不便 腿脚 拐杖 elder wheelchair ramp",
    ),
    _theme("childcare", "儿童", "Children", "托儿 托幼 托育 孩子 小孩 儿童 幼儿 幼儿园 游乐 滑梯 接送 child kindergarten playground"),
    _theme("meals", "食堂和助餐", "Meals", "食堂 助餐 老年餐 餐厅 饭堂 吃饭 做饭 送餐 meal canteen"),
    _theme(
        "market", "买菜和便民店", "Shops and market",
        "菜市场 买菜 菜店 菜摊 超市 便利店 便民店 便民 早市 商店 理发 摆摊 小摊 卖菜 shop market grocer",
    ),
    _theme("health", "看病", "Health station", "卫生站 卫生室 卫生服务站 看病 诊所 医疗 药店 医院 体检 打针 买药 doctor clinic health"),
    _theme(
        "culture", "活动场地", "Activity and sports grounds",
        "活动室 活动场地 活动场所 健身 健身器材 健身房 阅览室 图书 图书室 棋牌 广场 广场舞 凉亭 座椅 长椅 文化 乒乓球 fitness bench",
        "library",
    ),
    _theme("parcel", "快递", "Parcels", "快递 快递柜 取件 驿站 包裹 parcel"),
    _theme(
        "smart", "智慧和报修", "Smart services and repairs",
        "智慧 智能 人脸 人脸识别 报修 手机开门 扫码 门牌 楼号 楼栋号 smart repair",
    ),
    _theme(
        "garbage", "垃圾和卫生", "Garbage and cleaning",
        "垃圾 垃圾桶 垃圾箱 垃圾站 垃圾分类 清运 脏乱差 脏乱 太脏 脏 保洁 打扫 扫地 环境卫生 异味 臭味 臭 苍蝇 蚊子 老鼠 狗屎 狗粪 小广告",
        "garbage rubbish trash clean",
    ),
    _theme(
        "property", "物业和物业费", "Property service and fees",
        "物业 物业费 物业公司 物业管理 管理费 卫生费 服务费 收费 收费标准 没人管 无人管 业委会 收了钱 property fee",
    ),
    _theme(
        "nuisance", "施工扰民", "Noise and dust of the works",
        "噪音 噪声 扰民 灰尘 扬尘 尘土 粉尘 太吵 吵 夜间施工 半夜 电钻 睡觉 休息 午休 灰太大 灰大 六点 清早 noise noisy dust",
    ),
    _theme(
        "quality", "施工质量", "Quality of the works",
        "质量 返工 偷工减料 豆腐渣 面子工程 粗糙 做工 材料 监理 验收 不合格 施工队 工人 毛病 又坏 没修好 quality defect poor",
    ),
    _theme(
        "schedule", "工期", "Timing of the works",
        "工期 进度 拖延 停工 太慢 慢 尽快 赶快 快点 早日 抓紧 动工 开工 完工 烂尾 什么时候 冬天前 雨季 早点开工 何时 delay slow soon",
    ),
    _theme(
        "money", "费用", "Cost and money",
        "出钱 交钱 掏钱 花钱 钱 费用 资金 补贴 维修资金 维修基金 集资 自费 分摊 公积金 太贵 贵 免费 退休金 低保 低收入 报销 money cost",
        "pay expensive",
    ),
    _theme("structure", "房屋安全", "Safety of the building", "沉降 下沉 抗震 预制板 危房 楼歪 倾斜 塌 承重墙 地基 earthquake"),
    _theme("rebuilding", "拆迁或重建", "Demolition or rebuilding", "拆迁 重建 棚改 推倒 原拆原建 搬迁 安置 rebuild relocat"),
    _theme("compensation", "赔偿和补偿", "Compensation", "赔偿 补偿 赔钱 没人赔 弄坏 损坏 恢复原样 compensat"),
    _theme("animals", "养狗和动物", "Dogs and other animals", "狗 遛狗 养狗 拴绳 野猫 流浪狗 流浪猫 dog"),
    _theme(
        "information", "告知和沟通", "Being told and heard",
        "通知 公示 告知 沟通 征求意见 听取 公开 透明 商量 解释 说明 座谈 开会 没人通知 微信群 inform notice listen",
    ),
)  # fmt: skip
NOTHING = Theme("nothing", "没有补充，或只表示支持", "Nothing to add, or in favour")
OTHER = Theme("other", "其他", "Other")

# a text of these words alone adds nothing to the answers beside it
AGREEING = frozenset(
    _words(
        "没有 无 没 没了 没意见 无意见 没有意见 意见 暂无 暂时 暂时没有 同意 支持 赞成 好 很好 好的 挺 挺好 可以 行 不错 满意 很满意",
        "非常 很 都 也 就 谢谢 感谢 辛苦 辛苦了 了 的 吧 啊 哦 是 是的 我 我们 我家 全家 坚决 十分 完全 太 嗯 政府 党 国家 政策",
        "好政策 没啥 啥 点赞 none no nothing ok good fine yes agree thanks thank you very",
    )
)

# frequent words that say nothing about the subject
STOP = frozenset(
    _words(
        "希望 建议 小区 改造 问题 我们 你们 他们 大家 居民 业主 住户 群众 百姓 老百姓 政府 领导 社区 居委会 街道 单位 部门 国家 有关",
        "相关 工作 工程 项目 方案 意见 要求 请求 应该 应当 需要 必须 能够 可以 可能 现在 以后 以前 目前 今年 去年 明年 时候 时间 情况",
        "地方 方面 东西 事情 事儿 原因 没有 不是 不能 不要 不会 不好 不行 不了 还有 还是 就是 都是 这个 那个 这样 这些 那些 什么 怎么",
        "一个 一些 一点 一下 一起 一定 解决 处理 考虑 加强 增加 增设 改善 完善 提高 做好 搞好 弄好 修好 安排 重视 关注 看看 觉得 认为",
        "同意 支持 反对 满意 不满意 感谢 谢谢 家里 我家 家庭 生活 环境 老旧 老旧小区 北院 南院 东边 西边 南边 北边 前面 后面 门口 楼上",
        "楼下 里面 外面 周围 附近 很多 非常 比较 特别 严重 实在 真的 真正 主要 重要 方便 不便 影响 改成 变成 进行 出现 发生 造成 导致",
        "成为 作为 属于 存在",
    )
)
