"""Search in the catalogue (目录检索): how a text becomes tokens, a question an expression, and a place an order.

`tokens`  a text or a question as tokens; pure, so that both stores hold and look for the same
`words`   the words of this domain that the dictionary does not know, and pinyin
`places`  the number under which a document is filed: its rank, its facets and its own number in one
`port`    what a store must be able to do; `index_sqlite` (FTS5) and `index_postgresql` (tsvector) do it
"""
