{{ noun_table('task_results') }}
