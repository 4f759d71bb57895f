"""Pools and episodes: the forms that are read, what is never a shot, and the sentences where something is wrong."""

import json
from dataclasses import replace

import numpy as np
import pytest

from core_models.evaluation.benchmark import episodes, pools, published
from core_models.evaluation.benchmark.episodes import Drawing
from core_models.evaluation.benchmark.items import ABOVE, EXACT, BenchmarkError
from tests.core_models.benchmark import toy_data


@pytest.fixture
def data(tmp_path):
    return toy_data.folds(tmp_path / "数据")


def pool_of(data, half="all"):
    return pools.folds_pool(data, data / "folds.json", half)


def test_a_fold_file_is_read(data):
    pool = pool_of(data)
    assert {name: len(items) for name, items in pool.classes.items()} == dict.fromkeys(("one_瓷砖", "two_瓷砖", "one_steel", "two_steel"), 6)
    assert pool.base("0") == ("one_steel", "two_steel") and len(pool.clean["one_steel"]) == 2
    item = pool.classes["two_steel"][0]
    assert item.truth().sum() == 14 * 14 and item.ref().width == 56


def test_what_shares_a_group_with_a_tested_image_is_not_trained_on(data):
    pool = pool_of(data)
    shared = replace(pool.classes["one_steel"][2], group=pool.classes["one_瓷砖"][4].group)
    pool = replace(pool, classes={**pool.classes, "one_steel": (*pool.classes["one_steel"][:2], shared)})
    # Groups are a set's own: that of another set means nothing here, that of the same set does.
    assert len(pool.apart("0").classes["one_steel"]) == 3
    one_set = replace(pool, sets=dict.fromkeys(pool.classes, "one"))
    assert [len(one_set.apart("0").classes[n]) for n in ("one_steel", "two_steel", "one_瓷砖")] == [2, 6, 6]


def test_every_draw_keeps_shots_and_queries_apart(data):
    pool, drawing = pool_of(data), Drawing(shots=(1, 3), draws=2, clean=1)
    found = episodes.draw(pool, drawing)
    assert len(found) == 4 * 2 * 2
    groups = {i.name: i.group for items in pool.classes.values() for i in items}
    for one, three in zip(found[::2], found[1::2], strict=True):
        assert one.support == three.support[:1] and one.queries == three.queries and len(three.queries) == 3 and len(one.clean) == 1
        assert not {groups[n] for n in three.support} & {groups[n] for n in three.queries}
    assert found == episodes.draw(pool, drawing)
    assert found != episodes.draw(pool, replace(drawing, seed=1001))


def test_supports_for_each_query(data):
    found = episodes.draw(pool_of(data), Drawing(shots=(2,), draws=1, supports=episodes.PER_QUERY))
    assert len(found) == 4 * 6 and {len(e.queries) for e in found} == {1}
    assert all(e.queries[0] not in e.support for e in found) and len({e.key for e in found}) == len(found)


def test_episodes_survive_their_file(data, tmp_path):
    pool, drawing = pool_of(data), Drawing(shots=(1,), draws=1)
    drawn = episodes.draw(pool, drawing)
    episodes.write(tmp_path / "e.json", drawing, drawn)
    assert episodes.read(tmp_path / "e.json", pool) == (drawing, drawn)


@pytest.mark.parametrize("half", ["odd", "even"])
def test_half_of_the_groups_alone_is_tested(data, half):
    pool = pool_of(data, half)
    named = {n for e in episodes.draw(pool, Drawing(shots=(1,), draws=1, half=half)) for n in (*e.support, *e.queries)}
    items = [i for group in pool.classes.values() for i in group]
    assert named and named == {i.name for i in items if i.name in named and pools.in_half(i, half)}


def test_too_many_shots_are_a_sentence(data):
    with pytest.raises(BenchmarkError, match="one_瓷砖 has 6 groups of images, too few for 7 shots"):
        episodes.draw(pool_of(data), Drawing(shots=(1, 7), draws=1))
    with pytest.raises(BenchmarkError, match="too few for 6 shots and a query"):
        episodes.draw(pool_of(data), Drawing(shots=(6,), draws=1))


def test_empty_and_full_masks_are_never_shots(data):
    mask = np.zeros((40, 56), np.uint8)
    toy_data.save(data / "steel" / "masks" / "one_0.png", mask)
    toy_data.save(data / "steel" / "masks" / "one_1.png", mask + 1)
    said = json.loads((data / "folds.json").read_text(encoding="utf-8"))
    (data / "folds.json").write_text(json.dumps({**said, "images_per_class": {}}), encoding="utf-8")
    found = [e for e in episodes.draw(pool_of(data), Drawing(shots=(4,), draws=8)) if e.class_name == "one_steel"]
    assert not {n for e in found for n in e.support} & {"steel/one_0.png", "steel/one_1.png"}
    assert all("steel/one_1.png" in e.queries for e in found)


def test_missing_images_are_a_sentence(data, tmp_path):
    pool, drawing = pool_of(data), Drawing(shots=(1,), draws=1)
    episodes.write(tmp_path / "e.json", drawing, episodes.draw(pool, drawing))
    text = (tmp_path / "e.json").read_text(encoding="utf-8").replace("steel/one_3.png", "steel/gone.png")
    (tmp_path / "e.json").write_text(text, encoding="utf-8")
    with pytest.raises(BenchmarkError, match="names 1 images that are not there, steel/gone.png for one"):
        episodes.read(tmp_path / "e.json", pool)
    (data / "steel" / "images" / "one_3.png").unlink()
    with pytest.raises(BenchmarkError, match="names 1 images that are not there, one_3.png"):
        pool_of(data)


def test_fewer_images_than_the_fold_file_says_are_a_sentence(data):
    (data / "steel" / "masks" / "one_3.png").unlink()
    with pytest.raises(BenchmarkError, match="names 6 images of one_steel, and 5 are there"):
        pool_of(data)


@pytest.mark.parametrize(("text", "says"), [("{", "JSON"), ("[]", "JSON object"), ('{"classes": 3}', "no fold file"), ('{"classes": {}, "folds": {"0": ["x"]}}', "x in a fold")])
def test_a_fold_file_that_is_none_is_a_sentence(data, text, says):
    (data / "folds.json").write_text(text, encoding="utf-8")
    with pytest.raises(BenchmarkError, match=says):
        pool_of(data)


def test_a_mask_of_another_size_is_a_sentence(data):
    toy_data.save(data / "steel" / "masks" / "two_0.png", np.ones((10, 10), np.uint8))
    with pytest.raises(BenchmarkError, match="two_0.png is 10 x 10 px and its image 56 x 40 px"):
        pool_of(data)


def test_sets_that_are_not_there_are_not_run(tmp_path):
    toy_data.own_set(tmp_path, "neu_seg", 4)
    pool = pools.unseen_pool(tmp_path)
    assert pool.folds == {"neu_seg": ("neu_seg/one", "neu_seg/two")} and "not run: magnetic_tile" in pool.notes[0]
    with pytest.raises(BenchmarkError, match="not run"):
        pools.unseen_pool(tmp_path / "nothing")


def make_4i(root, grey="tile"):
    names = [n for f in published.FOLDS_4I.values() for n in f]
    toy_data.published(root, dict.fromkeys(names, 4), clean=2, grey=grey)
    toy_data.lists(root, published.FOLDS_4I, 3, 1)


def test_surface_defect_4i_is_read_by_its_lists(tmp_path):
    make_4i(tmp_path)
    pool = published.published_pool("surface_defect_4i", tmp_path, EXACT)
    assert pool.folds == published.FOLDS_4I
    # The lists' first lines begin with a byte-order mark; the fourth image of each class is on none.
    assert [i.name for i in pool.classes["AI_Rm"]] == ["AI_Rm/AI_Rm_1.jpg", "AI_Rm/AI_Rm_2.jpg", "AI_Rm/AI_Rm_3.jpg"]
    assert {len(v) for v in pool.classes.values()} == {3} and {len(v) for v in pool.clean.values()} == {1}
    assert pool.notes == ("A mask's pixel is a defect where it is == 255.",)


def test_both_mask_rules_of_the_papers(tmp_path):
    make_4i(tmp_path)
    exact, above = (published.published_pool("surface_defect_4i", tmp_path, rule).classes["tile"][0] for rule in (EXACT, ABOVE))
    assert exact.truth().sum() == 13 * 14 and above.truth().sum() == 14 * 14


def test_an_empty_mask_is_named_and_never_a_shot(tmp_path):
    make_4i(tmp_path)
    toy_data.save(tmp_path / "MT_Break" / "GT" / "MT_Break_2.png", np.zeros((32, 32), np.uint8))
    pool = published.published_pool("surface_defect_4i", tmp_path, EXACT)
    assert "never a shot: MT_Break/MT_Break_2.jpg" in pool.notes[1]
    found = episodes.draw(pool, Drawing(shots=(1,), draws=4))
    assert "MT_Break/MT_Break_2.jpg" not in {n for e in found for n in e.support}


def test_fssd_12_and_the_nine_class_selection(tmp_path):
    toy_data.published(tmp_path, {n: 3 for f in published.FOLDS_12.values() for n in f})
    twelve, nine = (published.published_pool(s, tmp_path, EXACT) for s in ("fssd_12", "strip_steel_9"))
    assert len(twelve.classes) == 12 and len(nine.classes) == 9 and set(nine.classes) < set(twelve.classes)
    assert [len(v) for v in nine.folds.values()] == [3, 3, 3] and not any(twelve.clean.values())


@pytest.mark.parametrize("source", published.NAMES)
def test_a_published_set_that_is_not_there_is_not_run(tmp_path, source):
    with pytest.raises(BenchmarkError, match="not run"):
        published.published_pool(source, tmp_path, EXACT)


def test_published_images_that_are_missing_are_a_sentence(tmp_path):
    make_4i(tmp_path)
    (tmp_path / "Rail" / "Images" / "Rail_2.jpg").unlink()
    with pytest.raises(BenchmarkError, match="lists of Rail name 1 images that are not there, Rail/Images/Rail_2.jpg"):
        published.published_pool("surface_defect_4i", tmp_path, EXACT)
    toy_data.published(tmp_path, {"Rail": 2})
    (tmp_path / "tile" / "GT" / "tile_1.png").unlink()
    with pytest.raises(BenchmarkError, match="tile_1.jpg has no mask"):
        published.published_pool("surface_defect_4i", tmp_path, EXACT)
