-- One row per category, and per name and category of a product, that holds a word of the seed sensitive_words: what
-- somebody buys of it (medicine, intimate goods, tobacco, alcohol) is nobody's interest to publish, model or say.
with texts as (
    select concat_ws(' ', name, category) as sensitive_text
    from {{ ref('products') }}
    union
    select category
    from {{ ref('products') }}
    union
    select category
    from {{ ref('order_lines') }}
)

select distinct texts.sensitive_text
from texts
inner join {{ ref('sensitive_words') }} as words on upper(texts.sensitive_text) like '%' || upper(words.word) || '%'
