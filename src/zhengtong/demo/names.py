"""Invented names, numbers and addresses (演示姓名、号码、地址), all from one seed."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

_SINGLE = (
    "赵钱孙周吴郑冯陈褚卫蒋沈韩杨朱秦许何吕施孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳鲍史唐费廉岑薛雷贺倪汤"
    "殷罗毕郝邬安常乐于傅齐康伍余顾孟黄穆萧尹姚邵汪祁毛米戴宋庞熊纪舒屈项祝董梁杜阮蓝闵席季麻贾路江童颜郭梅林钟徐邱骆高夏蔡田樊胡凌霍"
)
SURNAMES = (*_SINGLE, "欧阳", "司徒", "上官", "诸葛")
GIVEN = tuple(
    "安柏辰晨程澄川春聪达丹德栋恩帆芳飞菲峰刚歌耕冠光桂国海涵翰航浩禾和恒弘华桦怀欢焕辉慧佳嘉坚建健洁锦晋京静君俊凯康珂可岚乐磊礼力莉立良亮琳"
    "霖玲凌柳龙露茂玫美萌明铭宁培佩鹏平其琪启千谦倩青清庆秋然仁容荣如睿润若森山珊善尚绍诗石书淑树舒爽思松素涛恬庭婷彤维伟文雯武希惜夏宪祥晓欣新"
    "星行修秀旭轩学雪雅言妍彦燕扬阳瑶野叶一怡宜艺亦逸英盈颖勇优宇雨语玉毓元圆远月悦云允运泽哲真振正知志智中舟竹卓子紫"
)
STREETS = ("听潮街", "翠微里", "望海路", "渡口巷", "石榴路", "灯塔街", "雁栖路", "青梧里", "月湖路", "沙洲街")
REGIONS = (("990102", "汀兰区"), ("990103", "临石区"), ("990121", "云渚县"))
TRADES = ("餐饮", "百货", "建材", "教育咨询", "汽车维修", "食品", "文化传播", "物流", "电子", "服装")
CITIZEN_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
FIRST_BIRTH, LAST_BIRTH = date(1936, 1, 1), date(2024, 12, 31)


@dataclass(slots=True)
class Namer:
    """Draws names and addresses; the same seed draws the same city."""

    rng: Random

    def person(self) -> str:
        """A name of two or three characters."""
        given = "".join(self.rng.choices(GIVEN, k=1 if self.rng.random() < 0.2 else 2))
        return self.rng.choice(SURNAMES) + given

    def shop(self) -> str:
        """The two-character name of a firm."""
        return "".join(self.rng.choices(GIVEN, k=2))

    def street_address(self, district: str) -> str:
        """A building that is nowhere."""
        return f"望澜市{district}{self.rng.choice(STREETS)}{self.rng.randint(1, 400)}号"

    def birth(self) -> date:
        """A day of birth."""
        return FIRST_BIRTH + timedelta(days=self.rng.randrange((LAST_BIRTH - FIRST_BIRTH).days))


def citizen_number(region: str, birth: date, sequence: int) -> str:
    """An 18-character citizen number (GB 11643) with its check digit, under a region nobody has."""
    body = f"{region}{birth:%Y%m%d}{sequence:03d}"
    total = sum(int(digit) * weight for digit, weight in zip(body, CITIZEN_WEIGHTS, strict=True))
    return body + "10X98765432"[total % 11]
