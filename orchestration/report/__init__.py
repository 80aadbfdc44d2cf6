"""The report page of a business date: one file that opens offline, Chinese with an English switch."""
