"""Rules as dated data (法规数据): limits and working days, with citation, bound and mark.

`limits/*.toml` hold time limits: `national.toml` is the default, a file named by a GB/T 2260
code overrides it for that jurisdiction and all below it, only in the requester's favour.
`workdays/cn.csv` holds the published holidays and make-up days, rebuilt by `tools/build_workdays.py`.
Nothing here knows a database: rows edited by the authority are laid over it by `standards`.
"""
