"""Off the plan path: the one declaration of what goes in and out, as pydantic models.

From these come the published JSON Schemas, the tables of the reference, the oracle of
the tests and ``fargate_instrument/core/declared.py``, which the plan path validates with.
"""
