{#-
  A text as it is compared with a list of words, however it was typed: capitals; each letter in its plain form, as
  Unicode's NFKC has it (ＢＥＥＲ, ⓑⓔⓔⓡ, the radicals that a PDF leaves for ideographs); nothing invisible; one blank
  between words and none beside an ideograph (啤 酒). Neither engine knows NFKC, so the letters stand here;
  tests/unit/test_sensitive_words.py holds them to Python's. To translate costs 0.17 ms a text, to look whether there is
  anything to translate a hundredth of that.
-#}
{% macro plain_words(text) -%}
    {%- set translated = "translate(" ~ text ~ ", '" ~ dressed_letters() ~ "', '" ~ plain_letters() ~ "')" -%}
    {%- set is_plain = text ~ " = " ~ each_replaced(text, any_dressed_letter(), "''") -%}
    {%- set letters = "case when " ~ is_plain ~ " then " ~ text ~ " else " ~ translated ~ " end" -%}
    {%- set spaced = each_replaced(letters, "'[\\s\\p{Z}\\x{2800}]'", "' '") -%}
    {%- set seen = each_replaced(each_replaced(spaced, invisible_marks(), "''"), "' +'", "' '") -%}
    {%- set words = each_replaced(seen, "' ?(\\p{Han}) ?'", "'\\1'") -%}
    trim(upper(replace(replace({{ words }}, 'ﬁ', 'fi'), 'ﬂ', 'fl')))
{%- endmacro %}

{#- What Unicode calls ignorable, and control marks: nobody sees them, and they part the letters of a word. -#}
{% macro invisible_marks() -%}
    '[\p{Cf}\p{Cc}\x{34F}\x{115F}\x{1160}\x{17B4}\x{17B5}\x{180B}-\x{180F}\x{3164}\x{FE00}-\x{FE0F}\x{FFA0}\x{E0100}-\x{E01EF}]'
{%- endmacro %}

{#- Rows of letters in another dress: where Unicode begins one, and what stands in it. -#}
{% macro letter_rows() -%}
    {%- set capitals, smalls, digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz', '0123456789' -%}
    {%- set radicals = '一丨丶丿乙亅二亠人儿入八冂冖冫几凵刀力勹匕匚匸十卜卩厂厶又口囗土士夂夊夕大女子宀寸小尢尸屮山巛工己巾干幺广廴廾弋弓彐彡彳心戈戶手支攴文斗斤方无日曰月木欠止歹殳毋比毛氏气水火爪父爻爿片牙牛犬玄玉瓜瓦甘生'
        ~ '用田疋疒癶白皮皿目矛矢石示禸禾穴立竹米糸缶网羊羽老而耒耳聿肉臣自至臼舌舛舟艮色艸虍虫血行衣襾見角言谷豆豕豸貝赤走足身車辛辰辵邑酉釆里金長門阜隶隹雨靑非面革韋韭音頁風飛食首香馬骨高髟鬥鬯鬲鬼魚鳥鹵鹿麥麻黃黍黑黹黽鼎鼓鼠鼻齊齒龍龜龠' -%}
    {%- set circled = '一二三四五六七八九十月火水木金土日株有社名特財祝労秘男女適優印注項休写正上中下左右医宗学監企資協夜' -%}
    {%- do return([
        [0xFF06, '&'], [0xFF5C, '|'], [0xFF10, digits], [0xFF21, capitals], [0xFF41, smalls], [0x2460, digits[1:]],
        [0x24B6, capitals ~ smalls], [0x2074, digits[4:]], [0x2080, digits], [0x1D400, (capitals ~ smalls) * 13],
        [0x1D7CE, digits * 5], [0x1F130, capitals], [0x2F00, radicals], [0x3280, circled]
    ]) -%}
{%- endmacro %}

{% macro dressed_letters() -%}
    {%- for first, letters in letter_rows() -%}
        {%- for code in range(first, first + letters | length) -%}{{ '%c' | format(code) }}{%- endfor -%}
    {%- endfor -%}
{%- endmacro %}

{% macro plain_letters() -%}
    {%- for _, letters in letter_rows() -%}{{ letters }}{%- endfor -%}
{%- endmacro %}

{% macro any_dressed_letter() -%}
    '[{% for first, letters in letter_rows() %}\x{{ '{%X}' | format(first) }}-\x{{ '{%X}' | format(first + letters | length - 1) }}{% endfor %}]'
{%- endmacro %}
