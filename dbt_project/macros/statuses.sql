{#- A message's status as the seed message_statuses writes it: without case, blanks, dashes and underscores. -#}
{% macro status_word(column) -%}
    translate(lower({{ column }}), ' _-', '')
{%- endmacro %}

{#- What the door writes for any status or reason of failure that says that somebody refuses, in whatever words. -#}
{% macro refusing_status() -%}unsubscribed{%- endmacro %}

{#-
  Whether a message says that its recipient refuses its channel: by a time, by its status or by the reason of its failure.
  `message` has the noun's columns; `statuses` is the seed message_statuses, joined by the message's status_word.
-#}
{% macro says_refusal(message, statuses) -%}
    (
        {{ message }}.unsubscribed_at is not null
        or coalesce({{ statuses }}.is_refusal, false)
        or coalesce({{ message }}.failure_reason = '{{ refusing_status() }}', false)
    )
{%- endmacro %}

{#-
  When a message reached whom it went to: its delivery; where the channel never tells that (WeCom knows only `sent`),
  its sending, unless it failed. A null of one channel drops no channel. `message` has the noun's columns.
-#}
{% macro reached_at(message) -%}
    coalesce(
        {{ message }}.delivered_at,
        case
            when
                {{ message }}.failure_reason is null
                and coalesce({{ status_word(message ~ '.status') }}, '') not in (
                    select failed.status from {{ ref('message_statuses') }} as failed
                    where failed.is_failed
                )
                then {{ message }}.sent_at
        end
    )
{%- endmacro %}
