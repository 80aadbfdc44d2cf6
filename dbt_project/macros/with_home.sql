{#- A template's words with what the home's settings say for all: its name and links; what is not set stays a variable.
    A scene leads to its own link where it has one, else to the brand's; {add_link} is the scene re_add's alone. -#}
{% macro with_home(text, scene) -%}
    {%- set links = var('scene_links') -%}
    {%- set said = namespace(link=quoted(var('brand_link') or '{link}')) -%}
    {%- if links -%}
        {%- set said.link -%}
            case {{ scene }}
                {%- for name, link in links.items() %} when {{ quoted(name) }} then {{ quoted(link) }}{% endfor %}
                else {{ said.link }}
            end
        {%- endset -%}
    {%- endif -%}
    {%- set filled = {
        'brand': quoted(var('brand_name') or '{brand}'),
        'link': said.link,
        'add_link': quoted(links.get('re_add', '{add_link}')),
    } -%}
    {%- set sql = namespace(text=text) -%}
    {%- for variable, value in filled.items() -%}
        {%- set sql.text = "replace(" ~ sql.text ~ ", '{" ~ variable ~ "}', " ~ value ~ ")" -%}
    {%- endfor -%}
    {{ sql.text }}
{%- endmacro %}

{#- A text as a string of SQL. -#}
{% macro quoted(text) -%} '{{ text | replace("'", "''") }}' {%- endmacro %}
