"""Spellings of one number and one address that people and programs were seen to use, and what only looks like them."""

import base64
import itertools
import quopri
import re

import pytest

from orchestration.channels.engine.vault import home_tokeniser, open_vault
from orchestration.door import escapes, folding
from orchestration.door.known import Known, guesses_in, looks_like_one, masked
from orchestration.door.theirs import Theirs
from orchestration.door.windows import may_hold
from orchestration.settings import Settings

NUMBER, ADDRESS = "13871234590", "lin1984@163.com"
#: What looks like a day inside of it.
DAYS = "13820171130"


@pytest.fixture(scope="module")
def known(tmp_path_factory):
    settings = Settings(home=tmp_path_factory.mktemp("home"))
    with open_vault(settings) as vault:
        tokens = home_tokeniser(settings, vault)
        for value in (NUMBER, DAYS, "19901011234", "17112345999"):
            tokens.token("mobile", value)
        tokens.token("email", ADDRESS)
    with Known(settings) as found:
        yield found


def found_in(known, text):
    return [text[one.start : one.end] for one in known.find([text])[0]]


DIGITS = {
    "of Chinese": "一三八七一二三四五九〇", "for the telephone": "幺三八七幺两三四五九零",
    "for accounts": "壹叁捌柒壹贰叁肆伍玖零", "of merchants": "〡〣〨〧〡〢〣〤〥〩〇",
    "ringed ideographs": "㊀㊂㊇㊆㊀㊁㊂㊃㊄㊈〇",
    "full width": "１３８７１２３４５９０", "ringed": "①③⑧⑦①②③④⑤⑨⓪", "ringed white on black": "❶❸❽❼❶❷❸❹❺❾⓿",
    "ringed twice": "⓵⓷⓼⓻⓵⓶⓷⓸⓹⓽⓪", "in brackets": "⑴⑶⑻⑺⑴⑵⑶⑷⑸⑼0", "with a stop": "⒈⒊⒏⒎⒈⒉⒊⒋⒌⒐🄀",
    "Arabic": "١٣٨٧١٢٣٤٥٩٠", "Devanagari": "१३८७१२३४५९०", "Thai": "๑๓๘๗๑๒๓๔๕๙๐", "bold": "𝟏𝟑𝟖𝟕𝟏𝟐𝟑𝟒𝟓𝟗𝟎",
    "raised": "¹³⁸⁷¹²³⁴⁵⁹⁰", "keys": "1️⃣3️⃣8️⃣7️⃣1️⃣2️⃣3️⃣4️⃣5️⃣9️⃣0️⃣", "two writings": "一三八7123４５９〇",
}  # fmt: skip


@pytest.mark.parametrize("digits", DIGITS.values(), ids=DIGITS)
def test_a_number_is_found_in_every_writing_of_its_digits(known, digits):
    assert found_in(known, f"电话{digits}，晚上打") == [digits.rstrip("\ufe0f\u20e3")]


@pytest.mark.parametrize(
    "mark",
    ["-", ".", "____",
    "------", " " * 8, " - . _ ~", "\u200b" * 6, "\u0336\u0301" * 5, "\ufe0f\u20e3 - ", "\u200d" * 99,
     "\u2060😀", "\u3000·\u3000", "&nbsp;", "&ensp;&ensp;", "\\n", "\\u200b", "\\u2009\\u2009"],
)  # fmt: skip
def test_eight_marks_that_are_seen_and_any_that_are_not_may_part_two_digits(known, mark):
    assert len(known.find([f"x {mark.join(NUMBER)} x"])[0]) == 1


def test_nine_marks_part_two_numbers(known):
    assert known.find([f"138{' ' * 9}71234590"]) == [[]]


def _wide(text):
    return "".join(chr(ord(one) + 0xFEE0) for one in text)


ESCAPED = {
    "padded entities": lambda text: "".join(f"&#{ord(one):07d};" for one in text),
    "padded hexadecimal": lambda text: "".join(f"&#X{ord(one):06X};" for one in text),
    "entities without their end": lambda text: "".join(f"&#{ord(one)}" for one in text),
    "named marks": lambda text: text.replace("@", "&commat;").replace(".", "&period;").replace("1", "&#49;"),
    "entities of entities": lambda text: "".join(f"&amp;#{ord(one)};" for one in text),
    "thrice": lambda text: "".join(f"&amp;amp;#x{ord(one):x};" for one in text),
    "JSON in JSON": lambda text: "".join(f"\\\\u{ord(one):04x}" for one in text),
    "in braces": lambda text: "".join(f"\\u{{{ord(one):x}}}" for one in text),
    "eight digits": lambda text: "".join(f"\\U{ord(one):08x}" for one in text),
    "octal": lambda text: "".join(f"\\{ord(one):03o}" for one in text),
    "percents of percents": lambda text: "".join(f"%25{ord(one):02X}" for one in text),
    "thrice percent": lambda text: "".join(f"%2525{ord(one):02x}" for one in text),
    "percent u": lambda text: "".join(f"%u{ord(one):04x}" for one in text),
    "entities in percents": lambda text: "".join(f"%26%23{ord(one)}%3B" for one in text),
    "quoted-printable": lambda text: "".join(f"={ord(one):02X}" for one in text),
    "a list of bytes": lambda text: ", ".join(f"0x{ord(one):02X}" for one in text),
    "one sign of many": lambda text: text.replace("1387", "=31387").replace("@", "=40"),
    "a soft end of line": lambda text: f"{text[:5]}=\r\n{text[5:]}",
    "full width in it": lambda text: quopri.encodestring(_wide(text).encode()).decode(),
    "bold digits in JSON": lambda text: "".join(
        f"\\ud835\\udf{0xCE + int(one):02x}" if one.isdigit() else one for one in text
    ),
}  # fmt: skip


@pytest.mark.parametrize("value", [NUMBER, ADDRESS])
@pytest.mark.parametrize("escape", ESCAPED.values(), ids=ESCAPED)
def test_escapes_are_read_padded_doubled_and_by_name(known, escape, value):
    text = f"said: {escape(value)} ."
    assert known.find([text])[0], text
    assert not known.find([masked(text, known.find([text])[0])])[0]


def _lines(content, length, end="\n"):
    text = base64.b64encode(content).decode()
    return end.join(text[at : at + length] for at in range(0, len(text), length))


def test_a_number_is_found_in_a_dump_of_bytes(known):
    assert found_in(known, f"{'手机'.encode().hex()}{NUMBER.encode().hex()}6f") == [NUMBER.encode().hex()]


@pytest.mark.parametrize("value", [NUMBER, ADDRESS])
@pytest.mark.parametrize("before", range(3))
def test_base64_is_read_at_every_place_of_three_broken_over_lines_and_in_both_alphabets(known, before, value):
    content = b"?>~\xff"[:before] + f" tel {value} and more".encode()
    whole = base64.b64encode(content).decode()
    written = [
        whole, whole.rstrip("="), base64.urlsafe_b64encode(content).decode(), f"Abc{whole}",
        f"Ab{whole}", f"A{whole}",
        *(_lines(content, length, end) for length in (8, 20, 76) for end in ("\n", "\r\n", "\\n", "\n    ")),
        base64.b64encode(b"\xfe" * (300 + before) + value.encode() + b"\x84\xfd" * 99).decode(),
        base64.b64encode(b"\0\1\2" * 60 + b"x" * before + value.encode() + b"\0" * 90).decode(),
        base64.b64encode(b"x" * before + value.encode("utf-16-le")).decode(),
        base64.b64encode(b"x" * before + value.encode("utf-16-be")).decode(),
        base64.b64encode(whole.encode()).decode(), whole.replace("/", "\\/").replace("+", "%2B"),
    ]  # fmt: skip
    assert [text for text in written if not known.find([f"data: {text} end"])[0]] == []


@pytest.mark.parametrize(
    "text",
    [
        "lin1984 at 163 dot com", "lin1984(at)163.com",
        "lin1984 [at] 163 [dot] com", "LIN1984 AT 163 DOT COM",
        "lin1984{at}163{dot}com", "lin1984_at_163_dot_com", "lin1984＠163。com",
        "lin1984@163．com", "lin1984 @ 163 . com",
        "lin1984艾特163点com", "lin1984（at）163（点）com", "lin1984(a)163.com",
        "lin1984圈a163.com", "lin1984#163.com",
        "lin1984＃163。com", "ｌｉｎ１９８４＠１６３．ｃｏｍ", "𝐥𝐢𝐧𝟏𝟗𝟖𝟒@163.com",
        "ⓛⓘⓝ1984@163.com", "🄻🄸🄽1984@163.com",
        "l\u0336i\u0336n\u03361984@163.com", "lin一九八四@一六三.com", "lin1984 at 163&period;com",
    ],
)  # fmt: skip
def test_an_address_in_words_is_found(known, text):
    assert len(found_in(known, f"邮箱 {text} 谢谢")) == 1
    assert found_in(known, f"write to {text}, please")
    assert not known.find([masked(text, known.find([text])[0])])[0]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("138-2017-1130", DAYS), ("138 20171130", DAYS), ("138/2017-11-30",
        DAYS), ("1990-10-11-234", "19901011234"),
        ("13871234590012345678901234567890", NUMBER), ("2017-11-30-1387123459012345", NUMBER),
        ("13871234-5900-1234-5678-123456789012", NUMBER), ("20171130-138712345901", NUMBER),
        ("k1:13871234590123", NUMBER), ("r1:" + NUMBER, NUMBER), ("vip_" + NUMBER + "0" * 13, NUMBER),
        ("2017-11-30 13:00, 138-7123-4590", NUMBER),
    ],
)  # fmt: skip
def test_a_number_in_what_merely_resembles_an_id_of_ours_is_found(known, text, value):
    assert [re.sub(r"\D", "", one)[: len(value)] for one in found_in(known, text)] == [value]


@pytest.mark.parametrize(
    "text",
    [
        "k1:13871234590123456789012345678901", "p_138712345901234567890123", "r1:" + NUMBER + "0" * 53,
        "churn-20171127-138712345901", "2017-11-30-a387123459012345",
        "f" + NUMBER + "0" * 20, NUMBER + "0" * 28 + "e",
        "13871234-5900-4234-b678-138712345901", "2017-11-12 13:45:59.990",
        "20171112T134559Z", "2017-11-12,2017-11-13",
    ],
)  # fmt: skip
def test_an_id_of_ours_is_never_looked_into(known, text):
    assert known.find([text, f"see {text}, please"]) == [[], []]


@pytest.mark.parametrize(
    "text",
    [
        "logo@2x.png", "/static/icon@3x.min.svg", "1.13.8",
        "siyu 1.13.8", "¥138,0013,8000", "150, 1000, 2000",
        "1381234.5678", "2013-07-12 13:45:59", "20130712134559",
        "0.13812345678", "a13812345678", "13812345678b", "report@2017.csv",
        "d41d8cd98f00b204e9800998ecf8427e", "13812345678901234",
        "1381234567", "customers_20171130.parquet", "@2x",
    ],
)  # fmt: skip
def test_pictures_versions_amounts_days_hashes_and_files_are_nobodys(known, text):
    assert not looks_like_one(text) and known.find([text]) == [[]]


@pytest.mark.parametrize(
    "text",
    ["13812345678", "tel.138 1234 5678", "138-1234-5678", "138.1234.5678", "+86 138 1234 5678", "x@y.com",
     "<x@png.com.cn>.", "write x@y.co.uk."],
)  # fmt: skip
def test_a_strangers_number_or_address_that_stands_by_itself_looks_like_one(text):
    assert looks_like_one(text)


def test_texts_looked_at_together_keep_their_own_places_and_hide_nothing_of_one_another(known):
    texts = [
        "138", "71234590", f"a {NUMBER}", "", f"{NUMBER[:5]}=", f"{NUMBER[5:]} b", "lin1984@163", ".com",
        f"是{ADDRESS}", "b'\\x31",
        base64.b64encode(NUMBER.encode()).decode()[:8], base64.b64encode(NUMBER.encode()).decode()[8:],
        "2017-11-30", NUMBER, "k1:" + "0" * 32, f"%31{NUMBER[1:]}",
    ]  # fmt: skip
    together = known.find(texts)
    assert together == [known.find([text])[0] for text in texts]
    assert [place for place, found in enumerate(together) if found] == [2, 8, 13, 15]


def test_digits_at_the_end_of_one_text_and_the_beginning_of_the_next_are_no_number(known):
    assert known.find([f"7654321, {NUMBER[:3]}", f"{NUMBER[3:]}, 7654321"]) == [[], []]


def test_a_letter_that_stands_for_several_moves_no_place(known):
    text = f"ﬁ ⑪ № {NUMBER[:4]}⑫{NUMBER[6:]} ﬁ"
    assert found_in(known, text) == [f"{NUMBER[:4]}⑫{NUMBER[6:]}"]
    ringed = ("\u20e3" * 9).join(NUMBER)
    assert found_in(known, f"ﬁﬁﬁ {ringed}") == [ringed]


def test_wide_digits_of_utf_16_are_read_from_any_byte_on(known):
    for before in (b"", b"x"):
        assert known.find([base64.b64encode(before + _wide(NUMBER).encode("utf-16-le")).decode()])[0]


def test_of_texts_looked_at_together_one_that_is_a_trap_is_told_alone(known):
    trap = "01" * 30_000
    assert len(trap) < 65_536 and guesses_in([trap]) == [None]
    texts = [f"a {NUMBER}", trap, f"b {NUMBER}", "c"]
    assert known.find(texts) == [
        [("mobile", 2, 13)], [("everything", 0, 60_000)], [("mobile", 2, 13)], [],
    ]  # fmt: skip


def test_each_numeral_of_one_letter_is_a_digit_and_no_other_letter(known):
    assert [folding.fold(one) for one in "〇零一壹幺二两貳九玖⑨❾⑼⒐𝟗９٩"] == [*"00111222999", "9", "(9)", "9.", *"999"]
    assert [folding.letters_and_digits(one) for one in ("十", "百", "点", "ﬁ", "⑪", "Ⅸ", "é", "\u200b")] == [
        b"", b"", b"", b"fi", b"11", b"ix", b"", b"",
    ]  # fmt: skip


def test_escapes_of_escapes_end(known):
    assert escapes.unescaped("%252525252531") == "%2531"
    for text in (
        "%25" * 200_000,
        "&amp;" * 200_000,
        "=\n" * 300_000,
        "\\u005c" * 100_000,
        "at " * 300_000,
        "@" * 300_000,
    ):
        assert known.find([text]) == [[]]


@pytest.mark.parametrize(
    "text", [DIGITS["of Chinese"], "lin1984 at 163 dot com", ESCAPED["percents of percents"](NUMBER)]
)
def test_one_person_is_found_in_the_same_spellings(text):
    assert len(Theirs([NUMBER, ADDRESS]).find([f"x {text} x"])[0]) == 1


def test_a_text_of_nothing_is_no_candidate():
    assert not any(map(may_hold, ("", "12 个", "上海市", "at noon", "a.b", "=")))


def test_the_two_kinds_together_are_found(known):
    """Digits of each writing in each escape and in base64: what a form writes and a program passes on."""
    pairs = itertools.product(DIGITS.values(), ("JSON", "percent", "base64", "entities"))
    wrong = [(digits, how) for digits, how in pairs if not known.find([f"x {_passed_on(digits, how)} x"])[0]]
    assert wrong == []


def _passed_on(text, how):
    if how == "JSON":
        return (
            repr(text.encode("utf-16-be", "surrogatepass").hex(" ", 2)).replace(" ", "\\u").replace("'", "\\u", 1)[:-1]
        )
    if how == "percent":
        return "".join(f"%25{byte:02X}" for byte in text.encode())
    if how == "base64":
        return base64.b64encode(f"手机{text}".encode()).decode()
    return "".join(f"&#{ord(one)};" for one in text)
