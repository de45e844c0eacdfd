"""The house rules as plain functions: text in, complaints out. tests/test_house_rules.py holds the house to them."""
