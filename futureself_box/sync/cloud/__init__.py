"""The cloud copy: the household's own Supabase project, which can read none of it.

Members' revisions go there encrypted from end to end and come back with the recovery sheet. The cloud
orders and stores; what is true is decided on the box. The worker alone talks to the project.
"""
