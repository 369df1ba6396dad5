"""Exchange, center side (交换体系·管理): who may take part, what is signed, what the two sides report.

Purpose  keep nodes and their keys, publish the signed directory, keep receipts and compare them.
Actors   system administrator (invites), security administrator (approves, compares fingerprints),
         engineer of a department (joins), nodes (poll, report), auditor and supervisor (read).
States   `rules.NODE`; an exchange is what two receipts say of it, `rules.Match`.
Source   GB/T 21062-2007 (交换管理: nodes, flows, monitoring); 政务数据共享条例 (2025) 第二十二、二十五、二十七条.

Bodies of exchanges never come here.
"""
