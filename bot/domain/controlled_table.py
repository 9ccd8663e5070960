"""Our own table of controlled substances, from 21 CFR 1308.12 to 1308.15: ingredients, US brands, usual short forms.

Schedule I (1308.11) has no accepted medical use and is never prescribed. States may schedule more than the federal
table (gabapentin, pseudoephedrine): such additions belong into the practice's own list. Descheduled and therefore not
here: fenfluramine (2022), the approved cannabidiol solution (2020), samidorphan (2021).
"""

from __future__ import annotations

from datetime import date

CHECKED_ON = date(2026, 11, 22)


def words(text: str) -> tuple[str, ...]:
    """The words of a list that is written like running text."""
    return tuple(text.split())


II = words("""
methylphenidate ritalin concerta daytrana quillivant quillichew cotempla aptensio adhansia jornay relexxii metadate
methylin dexmethylphenidate focalin serdexmethylphenidate azstarys amphetamine amfetamine amphetamines adderall
mydayis adzenys dyanavel evekeo dextroamphetamine dexamphetamine dexamfetamine dextroamfetamine levoamphetamine
zenzedi procentra dexedrine xelstrym lisdexamfetamine lisdexamphetamine vyvanse methamphetamine desoxyn oxycodone
percocet endocet roxicodone oxycontin xtampza roxybond oxaydo percodan primlev nalocet prolate hydrocodone norco
vicodin lortab lorcet hysingla zohydro hycodan hydromet tussigon tussionex xodol verdrocet vicoprofen ibudone
reprexain morphine kadian avinza mscontin arymo roxanol hydromorphone dilaudid exalgo oxymorphone opana fentanyl
duragesic actiq fentora sublimaze subsys lazanda abstral remifentanil ultiva sufentanil dsuvia alfentanil methadone
dolophine methadose diskets levomethadone meperidine pethidine demerol levorphanol tapentadol nucynta codeine opium
belladonna papaveretum cocaine nabilone cesamet syndros pentobarbital nembutal secobarbital seconal amobarbital
amytal glutethimide oliceridine olinvyk dihydrocodeine
""")

III = words("""
buprenorphine suboxone subutex zubsolv sublocade brixadi belbuca butrans bunavail ketamine ketalar esketamine
spravato testosterone androgel testim axiron fortesta aveed xyosted jatenzo tlando kyzatrex natesto depotestosterone
testopel methyltestosterone android oxandrolone oxandrin oxymetholone anadrol nandrolone stanozolol danazolone
fluoxymesterone dronabinol marinol butalbital fioricet fiorinal esgic butabarbital butisol benzphetamine didrex
regimex phendimetrazine bontril perampanel fycompa thiopental nalorphine xyrem xywav lumryz oxybate
""")

IV = words("""
alprazolam xanax niravam chlordiazepoxide librium librax limbitrol clobazam onfi sympazan clonazepam klonopin
clorazepate tranxene diazepam valium diastat valtoco estazolam prosom flurazepam dalmane lorazepam ativan loreev
midazolam versed nayzilam seizalam oxazepam serax quazepam doral temazepam restoril triazolam halcion remimazolam
byfavo halazepam prazepam phenobarbital phenobarbitone luminal sezaby mephobarbital mebaral methohexital brevital
zolpidem ambien edluar intermezzo zolpimist zaleplon sonata eszopiclone lunesta zopiclone suvorexant belsomra
lemborexant dayvigo daridorexant quviviq carisoprodol soma meprobamate miltown equanil modafinil provigil
armodafinil nuvigil solriamfetol sunosi phentermine adipex lomaira qsymia diethylpropion tenuate mazindol sanorex
sibutramine meridia pemoline cylert butorphanol stadol pentazocine talwin tramadol ultram ultracet conzip qdolo
seglentis lorcaserin belviq difenoxin motofen chloral fospropofol lusedra ethchlorvynol paraldehyde brexanolone
zulresso zuranolone zurzuvae barbital dichloralphenazone
""")

V = words("""
pregabalin lyrica lacosamide vimpat motpoly brivaracetam briviact cenobamate xcopri ezogabine retigabine potiga
diphenoxylate lomotil lonox eluxadoline viberzi lasmiditan reyvow ganaxolone ztalmy pyrovalerone
""")

PHRASES = {  # names of several words, and short forms that are no word of their own
    "mixed salts": "II",
    "ms contin": "II",
    "depo testosterone": "III",
    "sodium oxybate": "III",
    "gamma hydroxybutyrate": "III",
    "chloral hydrate": "IV",
    "paregoric": "III",
    "tylenol 2": "III",
    "tylenol 3": "III",
    "tylenol 4": "III",
    "tylenol no 3": "III",
    "tylenol number 3": "III",
    "t3s": "III",
    "cheratussin ac": "V",
    "robitussin ac": "V",
    "guaifenesin ac": "V",
    "virtussin ac": "V",
    "tuxarin er": "III",
    "promethazine vc with codeine": "V",
}

# Harmless names that are a typing slip away from a controlled one, or hold one: an exact match of these wins.
HARMLESS = words("""
oxymetazoline oxybutynin oxcarbazepine methylprednisolone methylcellulose methotrexate methimazole metformin
metoprolol metronidazole methocarbamol methenamine methyldopa ketoconazole ketorolac ketotifen ketoprofen
diphenhydramine loratadine desloratadine clonidine clomipramine clobetasol clotrimazole cloxacillin hydroxyzine
hydrocortisone hydrochlorothiazide hydroxychloroquine hydroxide hydrogen guaifenesin codimal cetirizine
levocetirizine levetiracetam levofloxacin levothyroxine levalbuterol dexamethasone dexmedetomidine dextromethorphan
dextrose dexlansoprazole amoxicillin ampicillin amitriptyline amlodipine amantadine fluoxetine fluticasone
fluconazole flunisolide fluocinolone fluocinonide fluoride fluvoxamine trazodone tretinoin triamcinolone
trimethoprim testolactone sertraline sucralfate sumatriptan solifenacin somatropin valproate valproic valacyclovir
valganciclovir valtrex valerian lamotrigine lansoprazole lactulose lactobacillus lactaid lactase lidocaine linezolid
lisinopril lithium loperamide prazosin pravastatin prednisone prednisolone primidone probiotic prochlorperazine
promethazine propranolol propofol pentoxifylline penicillin permethrin phenylephrine phenytoin phenazopyridine
phenol pemirolast benzonatate benzoyl benztropine benzocaine butenafine budesonide bupropion buspirone buspar
carbamazepine carbidopa cefdinir cephalexin ondansetron omeprazole oseltamivir ofloxacin olopatadine orajel opcon
nystatin naproxen nadolol naloxone naltrexone nitrofurantoin norethindrone mupirocin montelukast minocycline
mirtazapine mometasone melatonin miralax famotidine fexofenadine ferrous topiramate tacrolimus atomoxetine
guanfacine viloxazine albuterol adapalene acetaminophen ibuprofen azithromycin azelastine epinephrine ezetimibe
escitalopram estradiol erythromycin zonisamide zyrtec zofran ziprasidone adoxa adacel android-free advil advair
aleve ambesol arnuity desmopressin desonide rufinamide rivastigmine ranitidine risperidone aripiprazole quetiapine
olanzapine citalopram venlafaxine duloxetine gabapentin tiagabine vigabatrin ethosuximide felbamate cannabidiol
epidiolex fenfluramine pitolisant codan motrin vitamin multivitamin metamucil senna simethicone insulin
cyproheptadine ciprofloxacin clindamycin cromolyn cortisone
""")
