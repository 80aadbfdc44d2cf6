-- One row per category, and per name and category of a product, that holds a word of the seed sensitive_words: what
-- somebody buys of it (medicine, intimate goods, tobacco, alcohol) is nobody's interest to publish, model or say. A
-- word that stands there only within the longer ones it names (习酒 of 学习酒店) is not held.
with texts as (
    select
        concat_ws(' ', name, category) as sensitive_text,
        name as part
    from {{ ref('products') }}
    union
    select
        concat_ws(' ', name, category) as sensitive_text,
        category as part
    from {{ ref('products') }}
    union
    select
        category as sensitive_text,
        category as part
    from {{ ref('products') }}
    union
    select
        category as sensitive_text,
        category as part
    from {{ ref('order_lines') }}
),

plain_texts as (
    select
        sensitive_text,
        {{ plain_words('part') }} as plain_text
    from texts
),

words as (
    select
        {{ plain_words('word') }} as word,
        {{ plain_words('not_within') }} as not_within
    from {{ ref('sensitive_words') }}
)

select distinct plain_texts.sensitive_text
from plain_texts
inner join words on plain_texts.plain_text like '%' || words.word || '%'
where
    words.not_within is null
    or {{ each_replaced('plain_texts.plain_text', 'words.not_within', "'|'") }} like '%' || words.word || '%'
