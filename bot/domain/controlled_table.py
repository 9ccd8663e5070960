"""Our own table of controlled substances, from 21 CFR 1308.12 to 1308.15: ingredients, US brands, usual short forms.

Schedule I (1308.11) has no accepted medical use in treatment and is never prescribed, so it is not here. Not scheduled,
or no longer, and therefore among the harmless names: fenfluramine (2022), the approved cannabidiol (2020), samidorphan
(2021), naldemedine (2017), naloxegol (2015), nalbuphine, pitolisant, difelikefalin, tasimelteon, gabapentin.

States schedule more than the federal table (gabapentin in several, pseudoephedrine in a few, nalbuphine in some): such
additions belong into the practice's own `controlled` list. Products that 1308.32 exempts although they hold a barbital
(Fioricet, Donnatal), and the exempt anabolic ones of 1308.34 (Covaryx, EEMT), are here all the same: a button is not
the place to know an exemption, and DEA may end one.
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
dextroamphet dexedrine zenzedi procentra liquadd xelstrym lisdexamfetamine lisdexamphetamine vyvanse arynta
methamphetamine metamfetamine metamphetamine desoxyn biphetamine phenmetrazine

oxycodone oxycontin roxicodone roxybond oxaydo oxecta xtampza percocet percodan endocet endodan roxicet roxilox tylox
primlev nalocet prolate magnacet xartemis xolox oxyfast oxyir targiniq troxyca hydrocodone benzhydrocodone apadaz norco
vicodin lortab lorcet hysingla zohydro vantrela maxidone zydone anexsia hycet stagesic zamicet verdrocet xodol
vicoprofen ibudone reprexain hycodan hydromet codan tussigon tussionex tussicaps vituz rezira zutripro obredon flowtuss
hycofenix morphine kadian avinza mscontin oramorph arymo morphabond embeda roxanol duramorph infumorph astramorph
mitigo msir hydromorphone dilaudid exalgo oxymorphone opana numorphan fentanyl duragesic actiq fentora sublimaze subsys
lazanda abstral onsolis ionsys remifentanil ultiva sufentanil sufenta dsuvia alfentanil alfenta carfentanil methadone
dolophine methadose diskets levomethadone levomethadyl meperidine pethidine demerol meperitab levorphanol
levodromoran tapentadol nucynta codeine dihydrocodeine opium laudanum papaveretum oliceridine olinvyk ethylmorphine
propoxyphene dextropropoxyphene darvon darvocet alphaprodine anileridine cocaine goprelto numbrino

nabilone cesamet syndros pentobarbital nembutal secobarbital quinalbarbitone seconal amobarbital amylobarbitone amytal
tuinal glutethimide phencyclidine
""")

III = words("""
buprenorphine suboxone subutex zubsolv sublocade brixadi belbuca butrans bunavail buprenex probuphine cassipa ketamine
ketalar esketamine spravato testosterone androgel androderm testim axiron fortesta vogelxo striant aveed xyosted azmiro
jatenzo tlando kyzatrex undecatrex natesto testopel depotestosterone delatestryl methyltestosterone android methitest
testred covaryx eemt estratest oxandrolone oxandrin oxymetholone anadrol nandrolone durabolin stanozolol winstrol
fluoxymesterone androxy halotestin boldenone trenbolone mesterolone methenolone methandrostenolone dronabinol marinol
butalbital fioricet fiorinal esgic zebutal phrenilin bupap allzital tencon vtol ascomp butabarbital butisol talbutal
thiopental pentothal thiamylal benzphetamine didrex regimex phendimetrazine bontril plegine perampanel fycompa
nalorphine oxybate xyrem xywav lumryz trezix dvorah synalgos tuxarin tuzistra paregoric chlorphentermine
clortermine methyprylon tiletamine zolazepam telazol embutramide
""")

IV = words("""
alprazolam xanax niravam bromazepam chlordiazepoxide librium librax limbitrol clobazam onfi sympazan clonazepam klonopin
clorazepate tranxene diazepam valium diastat valtoco libervant diazemuls estazolam prosom flunitrazepam rohypnol
flurazepam dalmane lorazepam ativan loreev lormetazepam midazolam versed nayzilam seizalam nitrazepam mogadon
nordiazepam oxazepam serax quazepam doral temazepam restoril tetrazepam triazolam halcion remimazolam byfavo halazepam
prazepam medazepam clotiazepam loprazolam

phenobarbital phenobarbitone phenobarb luminal sezaby solfoton donnatal phenohytro mephobarbital methylphenobarbital
mebaral methohexital brevital barbital zolpidem ambien edluar intermezzo zolpimist zaleplon sonata eszopiclone lunesta
zopiclone suvorexant belsomra lemborexant dayvigo daridorexant quviviq carisoprodol soma vanadom meprobamate miltown
equanil chloral dichloralphenazone paraldehyde ethchlorvynol placidyl petrichloral fospropofol lusedra brexanolone
zulresso zuranolone zurzuvae alfaxalone

modafinil provigil armodafinil nuvigil solriamfetol sunosi phentermine adipex lomaira qsymia suprenza ionamin
diethylpropion amfepramone tenuate mazindol sanorex sibutramine meridia pemoline cylert fencamfamin fenproporex cathine
lorcaserin belviq butorphanol stadol pentazocine talwin tramadol ultram ultracet conzip ryzolt rybix qdolo seglentis
difenoxin motofen
""")

V = words("""
pregabalin lyrica lacosamide vimpat motpoly brivaracetam briviact cenobamate xcopri ezogabine retigabine potiga
diphenoxylate lomotil lonox lomocot eluxadoline viberzi lasmiditan reyvow ganaxolone ztalmy pyrovalerone
cheratussin virtussin coditussin
""")

PHRASES = {  # names of several words, and short forms that mean nothing else in a line of medicine
    "mph": "II",
    "mixed salts": "II",
    "amp salts": "II",
    "ms contin": "II",
    "mso 4": "II",
    "oxy ir": "II",
    "oxy apap": "II",
    "hydroco apap": "II",
    "hydroco acetaminophen": "II",
    "depo t": "III",
    "gamma hydroxybutyrate": "III",
    "tylenol 2": "III",
    "tylenol 3": "III",
    "tylenol 4": "III",
    "tylenol no 3": "III",
    "tylenol no 4": "III",
    "tylenol number 3": "III",
    "tylenol w cod": "III",
    "apap cod": "III",
    "t 3 s": "III",
    "guaifenesin ac": "V",
    "robitussin ac": "V",
    "tussin ac": "V",
    "maxi tuss ac": "V",
    "phenergan vc c": "V",
    "iophen c": "V",
    "ninjacof xg": "V",
    "tusnel c": "V",
}

# Codeine alone is II; with these it is III (1308.13(e)(1)) or a cough syrup of V (1308.15(c)(1)).
PARTNERS = {
    "codeine": dict.fromkeys(words("acetaminophen apap tylenol paracetamol aspirin asa butalbital carisoprodol"), "III")
    | dict.fromkeys(words("guaifenesin promethazine phenergan chlorpheniramine brompheniramine phenylephrine"), "V"),
    "dihydrocodeine": dict.fromkeys(words("acetaminophen apap aspirin caffeine"), "III"),
}

# Names that are not controlled. Written exactly so, or nearer than any controlled name, such a word is no hit: most of
# these are a slip or two away from a controlled name, share its first letters, or hold one.
HARMLESS = words("""
acetaminophen adapalene albuterol amantadine amitriptyline amlodipine amoxicillin ampicillin apomorphine
aripiprazole atomoxetine azelastine azithromycin baclofen benzocaine benzonatate benzoyl benztropine betamethasone
budesonide bupropion buspirone calcium cannabidiol carbamazepine carbidopa cefadroxil cefdinir cephalexin cetirizine
ciprofloxacin citalopram clindamycin clobetasol clomipramine clonidine clotrimazole cloxacillin clozapine coban
cortisone cromolyn cyclobenzaprine cyproheptadine danazol dapsone desipramine desloratadine desmopressin desonide
desvenlafaxine dexamethasone dexlansoprazole dexmedetomidine dextromethorphan dextrose diclofenac difelikefalin
digoxin dihydroergotamine dimenhydrinate diphenhydramine dipyridamole divalproex doxepin doxycycline duloxetine
epidiolex epinephrine erythromycin escitalopram esomeprazole estradiol ethosuximide ezetimibe famotidine felbamate
fenfluramine fexofenadine fintepla fluconazole flunisolide fluocinolone fluocinonide fluoride fluoxetine fluticasone
fluvoxamine gabapentin guaifenesin guanfacine hydralazine hydrochlorothiazide hydrocolloid hydrocortisone hydrocortone
hydrogen hydroxide hydroxychloroquine hydroxyzine ibuprofen imipramine insulin ipratropium ketoconazole ketoprofen
ketorolac ketotifen lactulose lamotrigine lansoprazole levalbuterol levetiracetam levmetamfetamine levocarnitine
levocetirizine levofloxacin levonorgestrel levothyroxine lidocaine linezolid lisinopril lithium loperamide loratadine
losartan lurasidone magnesium meclizine medroxyprogesterone melatonin meloxicam mesalamine metaxalone metformin
methazolamide methenamine methimazole methocarbamol methotrexate methscopolamine methsuximide methylcellulose
methyldopa methylene methylergonovine methylfolate methylnaltrexone methylprednisolone metoclopramide metoprolol
metronidazole miconazole minocycline mirtazapine modulose mometasone montelukast mupirocin nadolol nalbuphine
naldemedine nalmefene naloxegol naloxone naltrexone naproxen nitrofurantoin nitroglycerin norepinephrine norethindrone
nortriptyline nystatin ofloxacin olanzapine olopatadine omeprazole ondansetron oseltamivir oxaprozin oxcarbazepine
oxybenzone oxybutynin oxymetazoline paliperidone pantoprazole paroxetine penicillin pentamidine pentoxifylline
permethrin phenazopyridine phenol phentolamine phenylephrine phenytoin pilocarpine pimozide pitolisant potassium
pravastatin prazosin prednisolone prednisone primidone probenecid prochlorperazine progesterone promethazine propofol
propranolol pseudoephedrine quetiapine ranitidine rifampin risperidone rizatriptan robitussin rufinamide samidorphan
selegiline sertraline sildenafil siltussin simethicone solifenacin somatropin spironolactone sucralfate
sulfamethoxazole sumatriptan tacrolimus tasimelteon terazol terbinafine terbutaline terconazole tetracaine
tetrahydrozoline tiagabine timolol tizanidine topiramate trazodone tretinoin triamcinolone triazole triclosan
trimethoprim urogesic valacyclovir valganciclovir valproate valproic valsartan venlafaxine vigabatrin viloxazine
zafirlukast ziprasidone zolmitriptan zonisamide

adacel advair advil aleve allegra ambesol augmentin bactrim benadryl celexa clarinex claritin differin flonase flovent
intuniv kapvay keppra lamictal lexapro miralax motrin onyda orajel orapred pataday pepcid prozac qelbree singulair
strattera symbicort tegretol trileptal tylenol valtrex ventolin viagra wellbutrin xarelto xopenex xyzal zantac zofran
zoloft zyrtec

ambient attenuated concerned concerning dorsal floral focal meridian moral
multivitamin probiotic reversed seasonal second secondary segment segments tested testing
valerian vitamin
""")

# Words about dose, form, route, salt and time, which name no medicine. Calcium and potassium may be one.
DOSE = frozenset(
    words("""
    tab tabs tablet tablets cap caps capsule capsules chew chewable chewables odt er xr sr la ir dr cr xl hfa inhaler
    inhalers nebulizer neb nebs nebules solution soln suspension susp syrup elixir liquid drops drop spray sprays nasal
    otic ear eye ophthalmic cream ointment gel lotion foam shampoo patch patches oral mouth topical powder packet
    packets suppository suppositories rectal injection pen auto injector vial vials mg mcg g gm ml l unit units iu meq
    percent per dose doses puff puffs childrens children infant infants junior jr adult pediatric extra strength
    regular sugar free generic brand daily day days week weeks hour hours hr hrs sodium hydrochloride hcl sulfate
    acetate succinate maleate phosphate fumarate tartrate propionate furoate dipropionate valerate nitrate aerosol
    actuation act diskus respiclick strip strips ounce oz bottle box kit pack monohydrate trihydrate refill refills for
    of the in as needed once twice a an every one two three four five by take give and with x
    """)
)
