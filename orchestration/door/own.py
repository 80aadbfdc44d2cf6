"""Ids of our own making, known by their whole shape: what merely resembles one is looked into."""

import re
from typing import Final

#: Digits right before a date that belong to it: 138-2017-1130 is a number and no day.
_NO_DIGITS_BEFORE: Final = "".join(rf"(?<![0-9]{{3}}[^0-9A-Za-z]{{{marks}}}.)" for marks in range(1, 5))
_DATE: Final = (
    r"(?:(?<=1)9|(?<=2)0)\d\d(?:-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])|(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))"
)
_TIME: Final = r"[T ](?:[01]\d|2[0-3]):?[0-5]\d:?(?:[0-5]\d)?(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?"
#: Tokens and people by the letters they begin with, hashes and ids of runs by their length and a letter of hexadecimal
#: (32 digits alone are somebody's order number; of a million hashes a third of one has none), versions and instants by
#: their date, models by their name too. The first letter is asked first, so that a search passes over all that begin
#: none: half of the time.
OWN: Final = re.compile(
    r"[0-9a-fkpr](?<![0-9A-Za-z].)(?:(?<=k)\d+:[0-9a-f]{32}|(?<=r)1:[0-9a-f]{64}|(?<=p)_[0-9a-f]{24}"
    r"|(?<=[0-9a-f])(?:(?=[0-9]*[a-f])|(?<=[a-f]))(?:[0-9a-f]{63}|[0-9a-f]{39}|[0-9a-f]{31})"
    r"|(?<=[0-9a-f])(?:(?=[0-9-]{0,34}[a-f])|(?<=[a-f]))[0-9a-f]{7}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    rf"|(?:(?<=1)(?=9\d\d)(?!9\d\d-?\d\d-?\d\d[^0-9A-Za-z]{{1,4}}\d{{3}}(?![0-9A-Za-z]))|(?<=2)(?=0\d\d)){_NO_DIGITS_BEFORE}{_DATE}"
    rf"(?:-(?=[0-9]*[a-f])[0-9a-f]{{12}}(?:[0-9a-f]{{4}})?|(?<=[a-z]-........)-[0-9a-f]{{12}}|{_TIME})?"
    r")(?![0-9A-Za-z])"
)
