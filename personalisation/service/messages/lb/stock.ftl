nav-stock = Bestand
start-unsigned = Schichten z’ënnerschreiwen
stock-title = Bestand u Rohlingen
stock-account-line = Un der Linn { $line }
stock-account-maker = Hiersteller
stock-account-delivery = An der Liwwerung, net gepréift
stock-account-vault = Am Tresor
stock-account-cards = Zu Dokumenter ginn
stock-account-test-cards = Testkaarten
stock-account-spoiled = Verduerwen, ze zerstéieren
stock-account-defective = Beim Empfank futti, ze zerstéieren
stock-account-destroyed = Zerstéiert
stock-account-missing = Vermësst
stock-account-written-off = Ofgeschriwwen
stock-in-vault = Am Tresor (Rohlingen)
stock-at-lines = Un de Linnen (Rohlingen)
stock-to-destroy = Ze zerstéieren (Rohlingen)
stock-to-inspect = Ze préiwen (Rohlingen)
stock-place = Plaz
stock-blanks = Rohlingen
stock-caption = Wou all Rohling ass
stock-none = Nach kee Rohling gouf geliwwert.
stock-received = Am Ganze kritt
stock-missing = { $count ->
    [one] { $count } Rohling feelt
   *[other] { $count } Rohlingen feelen
}
stock-unsigned = { $count ->
    [one] { $count } Schicht waart op zwou Opsiichtspersounen
   *[other] { $count } Schichte waarden op zwou Opsiichtspersounen
}
stock-shifts = Schichten
stock-destruction = Zerstéierung
stock-deliveries = Liwwerungen
stock-cards = Wéi eng Kaart vu wou koum
stock-check = Préiwung vun de Bicher
stock-back = Zréck op de Bestand
stock-back-deliveries = Zréck op d’Liwwerungen
stock-back-destruction = Zréck op d’Zerstéierung
stock-check-about = D’Haaptbuch, d’Beweegunge vun all Rohling an d’Rohlinge selwer goufen elo nei gelies a verglach.
stock-check-good = D’Bicher stëmmen iwwereneen.
stock-check-bad = D’Bicher stëmmen net iwwereneen. Ännert näischt a rufft d’Revisioun.
stock-finding-difference = { $place }: { $ledger } nom Haaptbuch, { $other } no { $book }
stock-finding-moves = de Beweegungen
stock-finding-blanks = de Rohlingen, déi do sinn
stock-finding-rows = { $count ->
    [one] { $count } Datesaz passt net bei déi aner
   *[other] { $count } Datesätz passen net bei déi aner
}
stock-finding-below = { $place }: { $ledger }, ënner null
delivery-title = Liwwerung
delivery-batch = Charge
delivery-at = Ugekënnegt
delivery-boxes = Këschten
delivery-box = Këscht
delivery-state = Zoustand
delivery-caption = Liwwerungen, déi neist als éischt
delivery-none = Nach näischt gouf geliwwert.
delivery-inspected = Gepréift
delivery-waiting = { $count ->
    [one] { $count } Këscht ze préiwen
   *[other] { $count } Këschten ze préiwen
}
delivery-announced = Ugekënnegt (Rohlingen)
delivery-counted = Gezielt (Rohlingen)
delivery-in-vault = Elo am Tresor (Rohlingen)
delivery-boxes-caption = Këschte vun dëser Liwwerung
second-title = Déi zweet Persoun
second-about = En aneren steet nieft Iech, huet datselwecht gesinn an ënnerschreift hei an elo.
second-passkey = Déi zweet Persoun ënnerschreift mat engem Passkey
second-login = Login vun der zweeter Persoun
second-error-same = Déi zweet Persoun sidd Dir selwer. En aneren muss ënnerschreiwen.
second-error-role = D’Rolle vun Iech zwee erlaben dat net. Frot een, deem seng Roll et ass.
shift-title = Schicht
shift-open = Op
shift-closed = Zou, alles war do
shift-differing = Wäicht of, zwou Opsiichtspersoune mussen ënnerschreiwen
shift-discrepancy = Mat Ofwäichung zougemaach
shift-line = Linn
shift-opened = Ufank
shift-ended = Enn
shift-caption = Schichten, déi oppen als éischt
shift-none = Et gouf nach keng Schicht.
shift-unused = Onbenotzte Rohlingen un der Linn
shift-unused-hint = A Magasinnen, a Maschinnen an derniewent. Zielt, rechent net.
shift-documents = Dokumenter vun dëser Schicht
shift-spoiled = Verduerwe Rohlinge vun dëser Schicht
shift-open-title = Eng Schicht ufänken
shift-open-act = Schicht ufänken
shift-close-title = D’Schicht ophalen
shift-close-act = Schicht ophalen
shift-error-count = Gitt eng Zuel an, zum Beispill 120
shift-error-line = Gitt den Numm vun der Linn an, zum Beispill line-1
shift-error-open = Déi lescht Schicht vun dëser Linn ass net zou oder net ënnerschriwwen. Maacht dat als éischt.
shift-error-note = Schreift, wat Dir fonnt hutt, 1 bis 500 Zeechen
shift-error-counter = Wien dës Schicht gezielt huet, kann net fir si ënnerschreiwen. Zwou aner Opsiichtspersoune mussen et maachen.
shift-differs = Dat Gezielt wäicht vum Haaptbuch of. Zwou Opsiichtspersounen, déi näischt dovu gezielt hunn, sichen de Grond an ënnerschreiwen.
shift-signed = Ënnerschriwwe vun { $who }
shift-back = Zréck op d’Schichten
shift-what = Wat
shift-counts = Zielungen
shift-counted = Gezielt
shift-expected = Nom Haaptbuch
shift-difference = Ofwäichung
shift-at-opening = Onbenotzt um Ufank
shift-at-closing = Onbenotzt um Enn
shift-note = Wat Dir fonnt hutt
shift-note-hint = Wou Dir gesicht hutt a wat vermutlech geschitt ass. Keng Nimm vun Demandeuren.
shift-sign-title = Fir d’Ofwäichung ënnerschreiwen
shift-sign-act = Dës Schicht mat Ofwäichung zoumaachen
destruction-title = Rohlingen zerstéieren
destruction-about = Wielt, wat Dir zwee an den Hänn hutt. Zerstéiert et, dann ënnerschreift.
destruction-none = Näischt waart op seng Zerstéierung.
destruction-which = Wéi eng Rohlingen?
destruction-next = Weider
destruction-method = Method
destruction-shredded = Zerklengert, och den Chip
destruction-incinerated = Verbrannt
destruction-certificate = Zertifikat
destruction-at = Zerstéiert den
destruction-caption = Zerstéierungen, déi neist als éischt
destruction-never = Nach näischt gouf zerstéiert.
destruction-error-chip = Wielt op d’mannst ee Rohling
destruction-error-method = Wielt, wéi se zerstéiert ginn
destruction-act-one = Rohling { $chip } zerstéieren
destruction-act = { $count ->
    [one] { $count } Rohling zerstéieren
   *[other] { $count } Rohlingen zerstéieren
}
destruction-follows = D’Bicher soen duerno, datt dës Rohlinge viru Iech zwee zerstéiert goufen. Si kommen ni zréck.
destruction-done = { $count ->
    [one] { $count } Rohling ass zerstéiert
   *[other] { $count } Rohlinge sinn zerstéiert
}
destruction-paper = Zertifikat opmaachen (PDF)
destruction-receipt = Beleeg vun enger Zerstéierung
destruction-signed = Ënnerschriwwe vun
certificate-title = Zertifikat vun der Zerstéierung Nr. { $number }
certificate-says = Déi hei opgelëschte Kaarterohlinge goufe virun deenen zwou Persounen zerstéiert, déi ënnerschreiwen. Si stinn an de Bicher als zerstéiert.
certificate-digest = SHA-256 vun de Seriennummeren
certificate-serials = Seriennummere vun den Chips
certificate-signatures = Ënnerschrëften
cards-about = Wann eng Këscht, e Lieser oder eng Charge schold ass, sinn dat d’Kaarten, déi ze kucke sinn.
cards-number = Dokumentnummer
cards-chip = Chip
cards-worker = Linn oder Lieser
cards-state = Zoustand
cards-at = Ugefaangen
cards-caption = Kaarten, déi neist als éischt
cards-none = Keng Kaart passt.
cards-find = Kaarte sichen
cards-document = Dokument
cards-scrapped = Ausgesondert
cards-cancelled = Annuléiert
cards-under-way = An der Maach
cards-signer = Zertifikat vum Signéierer (SHA-256)
cards-signer-short = Signéierer (SHA-256, éischt 16)
stock-blind = Eng Schicht ass op. Wat d’Linnen hunn, a wat aus hire Rohlingen gouf, gëtt eréischt gewisen, wann se gezielt ass.
stock-kept-back = net gewisen
stock-finding-kept-back = { $place }: stëmmt net; Zuelen eréischt, wann d’Schicht gezielt ass
shift-count-again = D’Zielung ass net, wat d’Haaptbuch seet. Zielt nach eng Kéier.
shift-count-last = Alles nach eng Kéier, vu vir. Wann och dës Zielung ofwäicht, da gëllt si, an zwou Opsiichtspersounen sichen de Grond an ënnerschreiwen.
shift-first-count = Éischt Zielung duerch { $who }, { $when }: { $counted } (onbenotzt · Ausweiser · verduerwen); nom Haaptbuch { $expected }
