"""No button approves a controlled medicine, however it is written; and no harmless one is held up for nothing."""

from __future__ import annotations

import pytest

from bot.domain import controlled_table as table
from bot.domain.controlled import Why, controlled_in, judge
from bot.domain.refill import Medication

NAMES = [(n, s) for s in ("II", "III", "IV", "V") for n in getattr(table, s)]

WRITTEN = {
    "II": """Methylphenidte ER 18mg tab|METHYLPHENIDATE HCL|methyl-phenidate|methyl phenidate|methylphenidateER|MPH ER 36 mg
    METHYLPHENIDAT ER 27|methlyphenidate|rital in 10|RITALIN-LA|RitalinLA 20|R1talin 10 mg|rita1in|r!talin|Ritalin™|ritalin10mg
    Rítalín|ＲＩＴＡＬＩＮ|Rіtаlіn|гіtаlіп|ʀɪᴛᴀʟɪɴ|Ritalinx|Concertа 27 mg|Con\u200bcer\u00adta|c o n c e r t a 27|Addderall XR
    adderal xr 10|Adderall® 5 mg|AdderallXR|adder all|aderall|Α∂DERALL Adderаll|vyvance 30 mg|Vyvnase|vivanse|d-amphetamine|d amphetamine
    dextroamphetmine|DEXTROAMP-AMPHET ER 10 MG|dextroamphetamine-amphetamine|mixed amphetamine salts|mixed salts XR 10|amfetamine
    lisdexamfetamin 20|LISDEXAMFET 20|lisdexamphetamine|Focalin XR 5|foclin|dex-methylphenidate|serdexmethylphenidate|Azstarys|Qillivant
    Jornay PM 40|Cotempla XR-ODT|oxycodne 5 mg|0xyc0d0ne|oxycodone/acetaminophen|oxy codone|OXYCOD/APAP 5-325|hydrocod one/apap
    hydrocodone-acetaminophen 5-325|hydrocod/apap 5-325|hydrocodon|apaphydrocodone|codeine 15 mg|codine|percocett|Norco 5|MS Contin 15
    morphin|fentanil patch|metadone|methadon|tapentadol|hydromorphne|oxymorphone|dilauded|nabilone|Syndros|pethidine|opium tincture
    methamphetamine|lorazepam and methylphenidate|albuterol and methylphenidate|albuterol / ritalin|cetirizine; Concerta
    the usual one: ritalin please|methyl\nphenidate|Tussionex""",
    "III": """APAP/codeine|acetaminophen with codeine #3|codeine/apap 30-300|Tylenol #3|tylenol#4|tylenol no. 3|Tylenol w/ codeine|T3s
    butalbital-APAP-caffeine|Fioricet|fiorcet|testosteron gel|testosterone cypionate|Depo-Testosterone|AndroGel|suboxone film|suboxon
    buprenorphin|buprenorphine-naloxone|Belbuca|ketamine nasal|ketamin|esketamine|Spravato|dronabinol|Marinol|oxandrolone|Xyrem
    sodium oxybate|perampanel|Fycompa|nandrolone|lorazepam and ketamine""",
    "IV": """clonazepm 0.5|Klonipin|clonazapam|clonaz 0.5|lorazapam|lorazepan|Ativan|diazapam|Diastat 10 mg rectal gel|Valtoco|Libervant
    midazolam nasal|Nayzilam|xanaxxr|alprazolan|temazepam|phenobarbitone|phenobarbitol|pheno-barbital|PHENOBARB 20 mg/5 mL|Donnatal
    clobazam (Onfi)|onfi|O N F I|Sympazan|zolpidem tartrate|ambien cr|eszopiclone|zaleplon|suvorexant|lemborexant|daridorexant|soma 350
    carisoprodal|modafinil 100|modafanil|armodafinil|Sunosi|phentermine|phentermin|diethylpropion|tramadol 50|traamdol|Ultram|tramadol/apap
    butorphanol|pentazocine|chloral hydrate|zuranolone|DΙΑΖΕΡΑΜ|диазеPam diazераm""",
    "V": """pregablin|Lyrica|lacosamide 50|lacosamid|Vimpat|Lomotil|lomotl|briviact|brivaracetam|diphenoxylate/atropine|diphenoxylat
    cenobamate|Xcopri|eluxadoline|lasmiditan|ganaxolone|Ztalmy|Robitussin AC|guaifenesin AC|promethazine with codeine|guaifenesin-codeine
    promethazine/codeine syrup|Cheratussin AC""",
}  # fmt: skip
CASES = [(w.strip(), s) for s, lines in WRITTEN.items() for w in lines.replace("\n    ", "|").split("|")]

HARMLESS = """albuterol HFA 90 mcg inhaler|amoxicillin 400 mg/5 mL suspension|augmentin ES-600|cetirizine 5 mg/5 mL solution
loratadine 10 mg|desloratadine|montelukast 4 mg chewable|fluticasone 50 mcg nasal spray|budesonide 0.5 mg nebules|ibuprofen
acetaminophen 160 mg/5 mL|azithromycin|cefdinir 250|cephalexin|prednisolone 15 mg/5 mL|prednisone|ondansetron ODT 4 mg
famotidine|omeprazole|lansoprazole|esomeprazole|polyethylene glycol 3350|miralax|hydrocortisone 1 % cream|mupirocin
nystatin cream|triamcinolone 0.1 %|epinephrine auto-injector|EpiPen Jr|atomoxetine 25|strattera|guanfacine ER|intuniv
clonidine 0.1|kapvay|fluoxetine 10|sertraline 25|escitalopram|citalopram|levothyroxine 25 mcg|insulin lispro|metformin
levetiracetam|keppra|lamotrigine|oxcarbazepine|trileptal|valproate|depakote|topiramate|melatonin|vitamin d 400 iu
ferrous sulfate|sodium fluoride|permethrin|ketoconazole shampoo|ketorolac|ketotifen|hydroxyzine|cyproheptadine|propranolol
dextromethorphan|guaifenesin|oxybutynin|oxymetazoline|cortisone|methotrexate|methimazole|methylprednisolone|metaxalone
tretinoin|clindamycin|clotrimazole|diphenhydramine|loperamide|benadryl|zyrtec|claritin|allegra|singulair|flovent|qvar
pulmicort|symbicort|advair|dulera|xopenex|levalbuterol|proair|ventolin|nasonex|flonase|pataday|olopatadine|ciprodex
ofloxacin|moxifloxacin|gentamicin|erythromycin|bactrim|trimethoprim|nitrofurantoin|acyclovir|valacyclovir|tamiflu
oseltamivir|ivermectin|albendazole|griseofulvin|terbinafine|fluconazole|adapalene|benzoyl peroxide|differin|tacrolimus
pimecrolimus|desonide|betamethasone|clobetasol|lactulose|senna|simethicone|zofran|pepcid|prilosec|nexium|reglan
metoclopramide|risperidone|aripiprazole|abilify|quetiapine|bupropion|buspirone|trazodone|mirtazapine|venlafaxine
duloxetine|lithium|amitriptyline|imipramine|desmopressin|tamsulosin|norethindrone|estradiol|medroxyprogesterone|sumatriptan
rizatriptan|naproxen|meloxicam|diclofenac|baclofen|tizanidine|cyclobenzaprine|methocarbamol|carbamazepine|tegretol
ethosuximide|zonisamide|rufinamide|vigabatrin|felbamate|fenfluramine|Epidiolex|cannabidiol|pitolisant|viloxazine|qelbree
gabapentin 250 mg/5 mL|lisinopril|amlodipine|enalapril|furosemide|spironolactone|digoxin|somatropin|growth hormone
hydroxychloroquine|azathioprine|mercaptopurine|warfarin|aspirin|multivitamin|zinc|magnesium|calcium carbonate|simply saline
EMLA cream|lidocaine|silver sulfadiazine|bacitracin|neosporin|petrolatum|cromolyn|ipratropium|tiotropium|theophylline
roflumilast|omalizumab|dupilumab|adalimumab|etanercept|glucagon|baqsimi|lantus|humalog|novolog|liraglutide|orlistat
Systane eye drops|Children's Motrin|Robitussin DM|betamethasone valerate|EpiPen 2-Pak 0.3 mg|Zyrtec-D|Claritin-D 24 hour|cefdin ir
dextromethorphan-guaifenesin|pseudoephedrine|naloxone nasal|naltrexone|nalbuphine|apomorphine|tasimelteon|difelikefalin|samidorphan
methyldopa|methylcellulose|methscopolamine|methazolamide|phenylephrine|phenytoin 50 mg|phenazopyridine|primidone|hydralazine|danazol
hydrochlorothiazide|hydrogen peroxide|aluminum hydroxide|clozapine|clomipramine|prazosin|pentoxifylline|doxepin|doxycycline
dexamethasone|dexmedetomidine|desipramine|modulose|oxaprozin|zolmitriptan|lurasidone|fluvoxamine|fluocinonide|flunisolide
take 5 mL by mouth twice a day with food as needed for cough|Inhale two puffs every four hours as needed for wheezing
give one tablet in the morning; stop if a rash appears|apply thin layer to affected area|use one spray in each nostril
amoxicillin clavulanate potassium 600 mg-42.9 mg per 5 mL oral suspension for ten days|Flovent HFA 44 mcg/actuation""".replace(
    "\n", "|"
).split("|")


@pytest.mark.parametrize(("name", "schedule"), NAMES, ids=[n for n, _ in NAMES])
def test_each_name_of_the_table_is_found(name: str, schedule: str):
    """In capitals, with a strength behind it: with its own schedule, or a stricter one."""
    found = controlled_in(f"{name.upper()} 10 MG TABLET")
    assert found is not None
    assert found.schedule <= schedule or found.schedule == schedule


@pytest.mark.parametrize(("text", "schedule"), CASES, ids=[w for w, _ in CASES])
def test_it_is_found_however_it_is_written(text: str, schedule: str):
    """Slips, split words, other scripts, brands, combinations."""
    found = controlled_in(text)
    assert found is not None, text
    assert found.schedule == schedule


@pytest.mark.parametrize("name", [n for n, _ in NAMES if len(n) >= 6])
def test_a_slip_of_the_hand_hides_no_name(name: str):
    """A letter left out, typed twice or swapped with its neighbour: it is found, unless it spells a harmless word."""
    places = range(len(name))
    typed = {f"{name[:n]}{name[n + 1 :]}" for n in places} | {f"{name[: n + 1]}{name[n:]}" for n in places}
    typed |= {f"{name[:n]}{name[n + 1 : n + 2]}{name[n]}{name[n + 2 :]}" for n in places}
    assert [slip for slip in typed - set(table.HARMLESS) if controlled_in(slip) is None] == []


@pytest.mark.parametrize("text", sorted({*HARMLESS, *table.HARMLESS}))
def test_a_common_medicine_of_childhood_is_not_held_up(text: str):
    """Not one of these is controlled, and our table says so."""
    assert controlled_in(text) is None


def test_a_harmless_name_that_is_nearer_wins():
    """A misspelt harmless name is no hit for being two slips from a controlled one, and a controlled one stays a hit."""
    assert controlled_in("hydrocortisne") is None
    assert controlled_in("methylprednisolon") is None
    assert controlled_in("diphenhydramin") is None
    assert controlled_in("hydrocodne") is not None


def test_the_table_contradicts_nothing():
    """A name has one schedule, and is not among the harmless ones nor the words of a dose."""
    names = [name for name, _ in NAMES]
    assert len(names) == len(set(names))
    assert not set(names) & {*table.HARMLESS, *table.DOSE}
    assert not set(table.HARMLESS) & table.DOSE


LISTS = {
    "controlled": ("gabapentin", "clonidine", "growth hormone", "iron"),
    "approvable": (
        "albuterol",
        "amoxicillin clavulanate",
        "methylphenidate",
        "cetirizine",
        "vitamin D",
        "B12",
        "clonidine",
    ),
}
P, W, N = "ALLOWED_BY_PORTAL", "ALLOWED_BY_PRACTICE", "UNKNOWN"
RULE = [  # the line, what the portal says, and why it may be approved or not
    ("albuterol HFA", "none", P), ("albuterol HFA", " None ", P), ("cetirizine", "none", P), ("", "none", P),
    ("albuterol and wonderol", "none", P), ("Wonderol 5 mg", "none", P),
    ("albuterol HFA 90 mcg inhaler", "unknown", W), ("albuterol HFA", "", W), ("ALBUTEROL sulfate 2.5 mg/3 mL neb soln", "unknown", W),
    ("Children's cetirizine 5mg/5ml", "unknown", W), ("amoxicillin-clavulanate 600 mg suspension", "unknown", W),
    ("albuterol and cetirizine", "unknown", W), ("Vitamin D3 400 IU drops", "unknown", W),
    ("albuterol and wonderol", "unknown", N), ("albuterol/wonderol", "unknown", N), ("albuterol + xyz", "unknown", N),
    ("albuterol, xyz", "unknown", N), ("albuterol; xyz", "unknown", N), ("albuterol\nxyz", "unknown", N), ("albuterol with xyz", "", N),
    ("albuterol and calcium", "unknown", N), ("albuterol ж", "unknown", N), ("аlbuterol", "unknown", N), ("vitamin k", "unknown", N),
    ("b 50 mg", "unknown", N), ("albuterolol", "unknown", N), ("albuterl", "unknown", N), ("al buterol", "unknown", N),
    ("levalbuterol", "unknown", N), ("amoxicillin", "unknown", N), ("clavulanate", "unknown", N), ("loratadine", "unknown", N),
    ("", "unknown", N), ("5 mg tablet", "unknown", N), ("loratadine", "nonsense", N), ("albuterol", "nonsense", N),
    ("albuterol", "C-II", N), ("albuterol", "I", N), ("albuterol", "not controlled", N),
    ("albuterol HFA", "II", "PORTAL"), ("albuterol HFA", "iv", "PORTAL"), ("loratadine", "V", "PORTAL"), ("loratadine", "III", "PORTAL"),
    ("methylphenidate ER 18 mg", "none", "OURS"), ("methylphenidate ER 18 mg", "unknown", "OURS"), ("Ritalin", "none", "OURS"),
    ("methylphenidate", "V", "OURS"), ("albuterol and Ritalin", "unknown", "OURS"), ("cetirizine / codeine", "none", "OURS"),
    ("gabapentin 250 mg/5 mL", "none", "PRACTICE"), ("gabapentine", "none", "PRACTICE"), ("gaba pentin", "none", "PRACTICE"),
    ("Clonidine ER", "none", "PRACTICE"), ("clonidine", "unknown", "PRACTICE"), ("clonidine", "IV", "PRACTICE"),
    ("growth hormone 5 mg", "none", "PRACTICE"), ("hormone of growth", "none", "PRACTICE"), ("gabapentin and Ritalin", "none", "PRACTICE"),
    ("hormone cream", "none", P), ("iron 15 mg", "none", "PRACTICE"), ("ironfoo", "none", P), ("ironic", "none", P),
]  # fmt: skip


@pytest.mark.parametrize(("text", "schedule", "why"), RULE)
def test_the_rule_of_the_contract(text: str, schedule: str, why: str):
    """Our table beats the portal, the practice's controlled list beats everything, unknown is not approvable."""
    judged = judge(Medication(line=1, text=text, schedule=schedule), medicines=LISTS)
    assert (judged.approvable, judged.why) == (why in {P, W}, Why[why])


@pytest.mark.parametrize(
    ("text", "portal", "schedule"),
    [
        ("Ritalin", "none", "II"),
        ("Ritalin", "IV", "II"),
        ("Lomotil", "unknown", "V"),
        ("loratadine", "III", "III"),
        ("gabapentin", "V", "V"),
        ("gabapentin", "none", None),
        ("loratadine", "none", None),
        ("lorazepam and Percocet", "none", "II"),
    ],
)
def test_the_schedule_is_ours_before_the_portals(text: str, portal: str, schedule: str | None):
    """What our table says, the strictest of several; else what the portal says; else nobody said one."""
    judged = judge(Medication(line=1, text=text, schedule=portal), medicines=LISTS)
    assert judged.schedule == schedule


@pytest.mark.parametrize("field", ["strength", "quantity", "sig"])
def test_every_field_counts(field: str):
    """A controlled partner that stands in another field is found, whatever the portal and the practice say."""
    for portal in ("none", "unknown"):
        line = Medication(line=1, text="albuterol", schedule=portal, **{field: "with codeine 10 mg"})
        assert judge(line, medicines=LISTS).why is Why.OURS


def test_a_practice_without_lists_is_judged_by_our_table_and_the_portal():
    """No list allows nothing and forbids nothing."""
    assert judge(Medication(line=1, text="albuterol", schedule="none"), medicines={}).approvable
    assert not judge(Medication(line=1, text="albuterol"), medicines={}).approvable
