{#- A company's name as two are compared: plain letters, without blanks, brackets and its legal form. -#}
{% macro company_words(name) -%}
    {{ each_replaced(
        each_replaced(plain_words(name), "'[\\s\\p{P}]'", "''"),
        "'(股份有限公司|有限责任公司|集团有限公司|有限公司|公司|COLTD|LTD|INC|LLC|GMBH)$'", "''"
    ) }}
{%- endmacro %}

{#-
  Whether a title holds a word, whatever their capitals: Chinese ones anywhere, those in letters only as a word of its
  own, so that IT is in "IT经理" and not in "editor".
-#}
{% macro holds_word(text, word) -%}
    {%- set letters = each_replaced(plain_words(text), "'[^A-Z]+'", "' '") -%}
    case
        when {{ matches(word, "'^[a-z]+$'") }}
            then position(' ' || upper({{ word }}) || ' ' in ' ' || {{ letters }} || ' ') > 0
        else position(upper({{ word }}) in {{ plain_words(text) }}) > 0
    end
{%- endmacro %}

{#- Whether somebody of a company did something of their own within account_quiet_days. -#}
{% macro acted_lately(accounts) -%}
    coalesce(
        {{ days_between(accounts ~ '.last_act_date', accounts ~ '.as_of_date') }} < {{ segment_number('account_quiet_days') }},
        false
    )
{%- endmacro %}
