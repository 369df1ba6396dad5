"""What a text and a question become, without a store."""

from zhengtong.catalog.search import words
from zhengtong.catalog.search.places import IN_WORK, Place, serial_of
from zhengtong.catalog.search.tokens import by_sound, fields, question, spans, tokens


def asked(text: str) -> set[str]:
    return {term.token for term in question(text, words.cut).strict}


def test_the_domain_s_words_stay_whole_in_a_question() -> None:
    assert asked("无条件") == {"无条", "条件"}
    assert asked("市监局注册") == {"市监", "监局", "注册"}  # nothing across the two words


def test_a_department_s_name_is_a_word_once_it_is_learnt() -> None:
    words.learn(["望澜海渔局"])
    assert asked("望澜海渔局船舶") == {"望澜", "澜海", "海渔", "渔局", "船舶"}


def test_a_lone_character_is_tied_to_its_neighbours() -> None:
    assert asked("动产登") == {"动产", "产登"}


def test_a_lone_character_beside_a_number_is_a_token_of_its_own() -> None:
    assert {"0期", "第", "1"} <= set(tokens("统计表（第1期）"))
    assert asked("第1期") == {"第", "1", "0期"}
    assert not any(term.prefix for term in question("第1期", words.cut).strict)


def test_a_lone_character_between_signs_asks_nothing_beside_words() -> None:
    assert asked("各县（市、区）人口") == {"各县", "人口"}
    assert asked("（市、区）") == {"市", "区"}


def test_width_and_case_make_no_difference() -> None:
    assert list(tokens("ＡＢｃ１２")) == list(tokens("abC12"))


def test_letters_no_store_agrees_on_are_spelled_out() -> None:
    assert all(token.isascii() or len(token) <= 2 for token in tokens("𠀀é户ß"))
    assert "u20000é" not in tokens("𠀀é")


def test_pinyin_starts_at_each_word() -> None:
    assert {"budongchandengjixinxi", "bdcdjxx", "dengjixinxi", "djxx"} <= set(words.pinyin("不动产登记信息"))
    assert "yinhang" in words.pinyin("银行")  # by the word, not hang/xing by the character


def test_latin_words_with_blanks_also_stand_for_one() -> None:
    found = question("bu dong chan", words.cut)
    assert found.joined is not None
    assert found.joined.token == "budongchan"


def test_a_token_stands_in_the_first_field_that_has_it() -> None:
    assert fields(["a", "b"], ["b", "c"], ["c", "a", "d"]) == ["a b", "c", "d"]


def test_what_asks_nothing_is_false() -> None:
    assert not question(" ／（）… ", words.cut)


def test_hits_are_marked_as_they_stand() -> None:
    assert spans("不动产登记（房屋）", ("房屋", "动产")) == (
        ("不", False), ("动产", True), ("登记（", False), ("房屋", True), ("）", False)
    )  # fmt: skip


def test_a_place_orders_by_length_then_group_and_gives_its_number_back() -> None:
    short, long = Place(4, 9, 7, True).number(), Place(5, 1, 8, True).number()
    assert short < long < IN_WORK < Place(4, 9, 7, False).number()
    assert serial_of(long) == 8


def test_traditional_and_simplified_are_the_same() -> None:
    assert tokens("臺灣戶籍") == tokens("台湾户籍")
    assert spans("臺灣戶籍", ["户籍"]) == (("臺灣", False), ("戶籍", True))


def test_a_question_by_its_sound_tries_each_reading_of_its_characters() -> None:
    heard = by_sound(question("引行 2024", words.cut), words.readings)
    assert heard is not None
    assert [term.token for term in heard.strict] == ["2024"]
    assert {"yinxing", "yinhang"} <= {term.token for term in heard.either[0]}
    assert by_sound(question("abc 市", words.cut), words.readings) is None
