"""The audit log: who did what, when; append-only, each row sealed together with the one before."""
