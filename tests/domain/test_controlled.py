"""No button approves a controlled medicine, however it is written; and no harmless one is held up for nothing."""

from __future__ import annotations

import pytest

from bot.domain import controlled_table as table
from bot.domain.controlled import Why, controlled_in, judge
from bot.domain.refill import Medication

NAMES = [(n, s) for s in ("II", "III", "IV", "V") for n in getattr(table, s)]

WRITTEN = [
    ("Methylphenidte ER 18mg tab", "II"), ("METHYLPHENIDATE HCL", "II"), ("methyl-phenidate", "II"), ("rital in 10", "II"),
    ("R1talin 10 mg", "II"), ("Concertа 27 mg", "II"), ("c o n c e r t a".replace(" ", "\u200b"), "II"), ("Addderall XR", "II"),
    ("adderal xr 10", "II"), ("vyvance 30 mg", "II"), ("Vyvnase", "II"), ("d-amphetamine", "II"), ("dextroamphetmine", "II"),
    ("mixed amphetamine salts", "II"), ("amfetamine", "II"), ("lisdexamfetamin 20", "II"), ("Focalin XR 5", "II"),
    ("foclin", "II"), ("oxycodne 5 mg", "II"), ("hydrocod one/apap", "II"), ("hydrocodone-acetaminophen 5-325", "II"),
    ("APAP/codeine", "II"), ("acetaminophen with codeine #3", "II"), ("Tylenol #3", "III"), ("tylenol no. 3", "III"),
    ("percocett", "II"), ("MS Contin 15", "II"), ("fentanil patch", "II"), ("metadone", "II"), ("Quillivant XR", "II"),
    ("testosteron gel", "III"), ("suboxone film", "III"), ("buprenorphin", "III"), ("esketamine", "III"),
    ("butalbital-APAP-caffeine", "III"), ("clonazepm 0.5", "IV"), ("Klonipin", "IV"), ("lorazapam", "IV"), ("diazapam", "IV"),
    ("Diastat 10 mg rectal gel", "IV"), ("midazolam nasal", "IV"), ("phenobarbitone", "IV"), ("phenobarbitol", "IV"),
    ("clobazam (Onfi)", "IV"), ("zolpidem tartrate", "IV"), ("tramadol 50", "IV"), ("traamdol", "IV"), ("modafinil 100", "IV"),
    ("chloral hydrate", "IV"), ("pregablin", "V"), ("lacosamide 50", "V"), ("Lomotil", "V"), ("briviact", "V"),
    ("diphenoxylate/atropine", "V"), ("Robitussin AC", "V"), ("albuterol and methylphenidate", "II"),
]  # fmt: skip

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
roflumilast|omalizumab|dupilumab|adalimumab|etanercept|glucagon|baqsimi|lantus|humalog|novolog|liraglutide|orlistat""".replace(
    "\n", "|"
).split("|")


@pytest.mark.parametrize(("name", "schedule"), NAMES, ids=[n for n, _ in NAMES])
def test_each_name_of_the_table_is_found(name: str, schedule: str):
    """In capitals, with a strength behind it: with its own schedule, or a stricter one."""
    found = controlled_in(f"{name.upper()} 10 MG TABLET")
    assert found is not None
    assert found.schedule <= schedule or found.schedule == schedule


@pytest.mark.parametrize(("text", "schedule"), WRITTEN, ids=[w for w, _ in WRITTEN])
def test_it_is_found_however_it_is_written(text: str, schedule: str):
    """Slips, split words, other scripts, brands, combinations."""
    found = controlled_in(text)
    assert found is not None, text
    assert found.schedule == schedule


@pytest.mark.parametrize("text", HARMLESS)
def test_a_common_medicine_of_childhood_is_not_held_up(text: str):
    """Not one of these is controlled, and our table says so."""
    assert controlled_in(text) is None


LISTS = {
    "controlled": ("gabapentin", "clonidine"),
    "approvable": ("albuterol", "amoxicillin clavulanate", "methylphenidate"),
}
RULE = [
    ("albuterol HFA", "none", True, Why.ALLOWED_BY_PORTAL),
    ("albuterol HFA 90 mcg inhaler", "unknown", True, Why.ALLOWED_BY_PRACTICE),
    ("albuterol HFA", "", True, Why.ALLOWED_BY_PRACTICE),
    ("albuterol HFA", "IV", False, Why.PORTAL),
    ("albuterol and wonderol", "unknown", False, Why.UNKNOWN),
    ("albuterolol", "unknown", False, Why.UNKNOWN),
    ("cetirizine", "unknown", False, Why.UNKNOWN),
    ("cetirizine", "none", True, Why.ALLOWED_BY_PORTAL),
    ("cetirizine", "nonsense", False, Why.UNKNOWN),
    ("amoxicillin", "unknown", False, Why.UNKNOWN),
    ("amoxicillin-clavulanate 600 mg suspension", "unknown", True, Why.ALLOWED_BY_PRACTICE),
    ("methylphenidate ER 18 mg", "none", False, Why.OURS),
    ("methylphenidate ER 18 mg", "unknown", False, Why.OURS),
    ("Ritalin", "none", False, Why.OURS),
    ("gabapentin 250 mg/5 mL", "none", False, Why.PRACTICE),
    ("gabapentine", "none", False, Why.PRACTICE),
    ("Clonidine ER", "none", False, Why.PRACTICE),
    ("", "none", True, Why.ALLOWED_BY_PORTAL),
    ("", "unknown", False, Why.UNKNOWN),
]


@pytest.mark.parametrize(("text", "schedule", "approvable", "why"), RULE)
def test_the_rule_of_the_contract(text: str, schedule: str, approvable: bool, why: Why):
    """Our table beats the portal, the practice's controlled list beats everything, unknown is not approvable."""
    judged = judge(Medication(line=1, text=text, schedule=schedule), medicines=LISTS)
    assert (judged.approvable, judged.why) == (approvable, why)


def test_the_strength_counts_too():
    """A controlled partner that stands in another field is found."""
    line = Medication(line=1, text="cough syrup", strength="with codeine 10 mg", schedule="none")
    assert not judge(line, medicines={}).approvable
