"""English dates are ISO dates: unambiguous beside Chinese ones."""

DATE_FORMAT = "Y-m-d"
DATETIME_FORMAT = "Y-m-d H:i"
