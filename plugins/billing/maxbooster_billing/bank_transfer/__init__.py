"""The connector `billing.bank_transfer`: payouts are collected into a payment file (ISO 20022, pain.001) that whoever
keeps the bank account uploads there, and are done when that person says what became of each."""
