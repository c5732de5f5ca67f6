"""Invented people: no region code 99…, no mobile prefix 12… and none of these residents exist."""

import csv
import io
import random
from datetime import date

from voting.elections.roll.idnumber import check_character

_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢"
    "姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常"
)
_GIVEN = (
    "伟芳娜敏静秀丽强磊军洋勇艳杰娟涛明超兰霞平刚桂英华玉萍红玲芬燕彬凤洁梅琳素云莲真环雪荣爱妹香月莺媛瑞"
    "凡佳嘉琼勤珍贞莉宁欣飘育滢馥筠柔竹霭凝晓欢霄枫芸菲寒伊亚宜可姬舒影荔枝思文昊天健世广志义兴良海山仁波"
    "贵福生龙元全国胜学祥才发武新利清飞彬富顺信子"
)
_CATEGORIES = ("户籍在本社区", "户籍在本社区", "户籍在本社区", "居住满一年登记")
_HEADINGS = ("姓名", "性别", "公民身份号码", "楼栋", "单元", "房号", "手机", "登记类别", "网格")


def roll_csv(voters: int, day: date, seed: int = 20261220) -> bytes:
    """A roll file of `voters` adults as a grid worker would export it; the same for the same numbers."""
    dice = random.Random(seed)
    text = io.StringIO()
    lines = csv.writer(text)
    lines.writerow(_HEADINGS)
    for number in range(voters):
        lines.writerow(_resident(dice, number, day))
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _resident(dice: random.Random, number: int, day: date) -> tuple[str, ...]:
    man = dice.random() < 0.48
    born = date(day.year - dice.randint(19, 90), dice.randint(1, 12), dice.randint(1, 28))
    # The three digits of order: unique with the day of birth and the region, odd for men.
    order = (number * 2 + man) % 1000
    first17 = f"99{1000 + number // 500:04d}{born:%Y%m%d}{order:03d}"
    name = dice.choice(_SURNAMES) + "".join(dice.choice(_GIVEN) for _ in range(dice.choice((1, 2, 2))))
    building, unit, room = dice.randint(1, 24), dice.randint(1, 4), dice.randint(1, 18) * 100 + dice.randint(1, 4)
    return (
        name,
        "男" if man else "女",
        first17 + check_character(first17),
        f"{building}栋",
        f"{unit}单元",
        f"{room}室",
        f"12{dice.randrange(10**9):09d}",
        dice.choice(_CATEGORIES),
        f"第{1 + building % 6}网格",
    )
