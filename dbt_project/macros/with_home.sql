{#- A template's words with what the home's settings say for all: its name and link; what is not set stays a variable. -#}
{% macro with_home(text) -%}
    {%- set filled = namespace(sql=text) -%}
    {%- for variable, value in {'brand': var('brand_name'), 'link': var('brand_link')}.items() if value -%}
        {%- set said = value | replace("'", "''") -%}
        {%- set filled.sql = "replace(" ~ filled.sql ~ ", '{" ~ variable ~ "}', '" ~ said ~ "')" -%}
    {%- endfor -%}
    {{ filled.sql }}
{%- endmacro %}
