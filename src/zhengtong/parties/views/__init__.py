"""Pages of signing in and of the own account (登录、账号)."""
