"""Phone numbers of Hong Kong, Macau, Taiwan and other countries, as the kept library ``phonenumbers`` reads them.

Mainland numbers never come here: their spellings are read in ``contacts``, by patterns that cost a fiftieth.
"""

import re
from typing import Final, NamedTuple

#: A country in front, or so many digits of a kind that the mainland has no number of: 852 and 853 with eight, 886 with
#: a Taiwan mobile's nine, and ten that begin with 09. Eight digits alone may as well be a Shanghai landline.
_MAY_BE_ONE: Final = re.compile(
    r"(?:\+|00)(?P<any>(?!86|0)\d{7,15})|(?P<bare>85[23]\d{8}|8860?9\d{8})|0(?P<taiwan>9\d{8})"
)


class OutsideNumber(NamedTuple):
    """A valid number: its shape as in ``contacts.Phone``, its digits with their country, and those without it."""

    shape: str
    digits: str
    national: str


def read_outside(digits: str) -> OutsideNumber | None:
    """Return the number that a text of digits (a ``+`` may stand before them) is outside the mainland, or None.

    A number that may be a landline or a mobile, as in North America, is taken for the mobile it mostly is.
    """
    match = _MAY_BE_ONE.fullmatch(digits)
    if match is None:
        return None
    import phonenumbers

    written = f"886{match['taiwan']}" if match["taiwan"] else match["any"] or match["bare"]
    try:
        number = phonenumbers.parse(f"+{written}", None)
    except phonenumbers.NumberParseException:
        return None
    if number.country_code == 86 or not phonenumbers.is_valid_number(number):
        return None
    kinds = phonenumbers.PhoneNumberType
    shapes = {
        kinds.MOBILE: "mobile_outside",
        kinds.FIXED_LINE_OR_MOBILE: "mobile_outside",
        kinds.FIXED_LINE: "landline",
    }
    shape = shapes.get(phonenumbers.number_type(number), "virtual")
    national = phonenumbers.national_significant_number(number)
    return OutsideNumber(shape, phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164), national)
