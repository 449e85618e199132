nav-stock = Stock
start-unsigned = Équipes à signer
stock-title = Stock de cartes vierges
stock-account-line = À la ligne { $line }
stock-account-maker = Fabricants
stock-account-delivery = En livraison, non contrôlées
stock-account-vault = Au coffre
stock-account-cards = Devenues des documents
stock-account-test-cards = Cartes de test
stock-account-spoiled = Gâchées, à détruire
stock-account-defective = Défectueuses à la réception, à détruire
stock-account-destroyed = Détruites
stock-account-missing = Manquantes
stock-account-written-off = Passées en perte
stock-in-vault = Au coffre (cartes)
stock-at-lines = Aux lignes (cartes)
stock-to-destroy = À détruire (cartes)
stock-to-inspect = À contrôler (cartes)
stock-place = Lieu
stock-blanks = Cartes vierges
stock-caption = Où se trouve chaque carte vierge
stock-none = Aucune carte vierge n’a encore été livrée.
stock-received = Reçues en tout
stock-missing = { $count ->
    [one] { $count } carte vierge manque
   *[other] { $count } cartes vierges manquent
}
stock-unsigned = { $count ->
    [one] { $count } équipe attend deux superviseurs
   *[other] { $count } équipes attendent deux superviseurs
}
stock-shifts = Équipes
stock-destruction = Destruction
stock-deliveries = Livraisons
stock-cards = Quelle carte vient d’où
stock-check = Contrôle des livres
stock-back = Retour au stock
stock-back-deliveries = Retour aux livraisons
stock-back-destruction = Retour à la destruction
stock-check-about = Le grand livre, les mouvements de chaque carte et les cartes elles-mêmes viennent d’être relus et comparés.
stock-check-good = Les livres concordent.
stock-check-bad = Les livres ne concordent pas. Ne changez rien et appelez un auditeur.
stock-finding-difference = { $place } : { $ledger } selon le grand livre, { $other } selon { $book }
stock-finding-moves = les mouvements
stock-finding-blanks = les cartes présentes
stock-finding-rows = { $count ->
    [one] { $count } enregistrement ne va pas avec les autres
   *[other] { $count } enregistrements ne vont pas avec les autres
}
stock-finding-below = { $place } : { $ledger }, au-dessous de zéro
delivery-title = Livraison
delivery-batch = Lot
delivery-at = Annoncée
delivery-boxes = Boîtes
delivery-box = Boîte
delivery-state = État
delivery-caption = Livraisons, la plus récente d’abord
delivery-none = Rien n’a encore été livré.
delivery-inspected = Contrôlée
delivery-waiting = { $count ->
    [one] { $count } boîte à contrôler
   *[other] { $count } boîtes à contrôler
}
delivery-announced = Annoncées (cartes)
delivery-counted = Comptées (cartes)
delivery-in-vault = Au coffre maintenant (cartes)
delivery-boxes-caption = Boîtes de cette livraison
second-title = La deuxième personne
second-about = Une autre personne est à côté de vous, a vu la même chose et signe ici, maintenant.
second-passkey = La deuxième personne signe avec une clé d’accès
second-login = Identifiant de la deuxième personne
second-error-same = La deuxième personne, c’est vous. Une autre personne doit signer.
second-error-role = Vos rôles à tous deux ne le permettent pas. Demandez à quelqu’un dont c’est le rôle.
shift-title = Équipe
shift-open = Ouverte
shift-closed = Close, tout y était
shift-differing = Écart, deux superviseurs doivent signer
shift-discrepancy = Close avec écart
shift-line = Ligne
shift-opened = Début
shift-ended = Fin
shift-caption = Équipes, les ouvertes d’abord
shift-none = Il n’y a pas encore eu d’équipe.
shift-unused = Cartes vierges inutilisées à la ligne
shift-unused-hint = Dans les magasins, dans les machines et à côté. Comptez, ne calculez pas.
shift-documents = Documents de cette équipe
shift-spoiled = Cartes gâchées de cette équipe
shift-open-title = Commencer une équipe
shift-open-act = Commencer l’équipe
shift-close-title = Terminer l’équipe
shift-close-act = Terminer l’équipe
shift-error-count = Saisissez un nombre, par exemple 120
shift-error-line = Saisissez le nom de la ligne, par exemple line-1
shift-error-open = La dernière équipe de cette ligne n’est ni close ni signée. Faites-le d’abord.
shift-error-note = Écrivez ce que vous avez trouvé, 1 à 500 caractères
shift-error-counter = Qui a compté cette équipe ne peut pas signer pour elle. Deux autres superviseurs doivent le faire.
shift-differs = Ce qui a été compté n’est pas ce que dit le grand livre. Deux superviseurs qui n’ont rien compté cherchent la raison et signent.
shift-signed = Signée par { $who }
shift-back = Retour aux équipes
shift-what = Quoi
shift-counts = Comptes
shift-counted = Compté
shift-expected = Selon le grand livre
shift-difference = Écart
shift-at-opening = Inutilisées au début
shift-at-closing = Inutilisées à la fin
shift-note = Ce que vous avez trouvé
shift-note-hint = Où vous avez cherché et ce qui, selon vous, s’est passé. Aucun nom de demandeur.
shift-sign-title = Signer pour l’écart
shift-sign-act = Clore cette équipe avec écart
destruction-title = Détruire des cartes vierges
destruction-about = Choisissez ce que vous avez tous deux en main. Détruisez, puis signez.
destruction-none = Rien n’attend d’être détruit.
destruction-which = Quelles cartes ?
destruction-next = Continuer
destruction-method = Méthode
destruction-shredded = Broyées, la puce aussi
destruction-incinerated = Incinérées
destruction-certificate = Certificat
destruction-at = Détruites le
destruction-caption = Destructions, la plus récente d’abord
destruction-never = Rien n’a encore été détruit.
destruction-error-chip = Choisissez au moins une carte
destruction-error-method = Choisissez comment elles sont détruites
destruction-act-one = Détruire la carte { $chip }
destruction-act = { $count ->
    [one] Détruire { $count } carte
   *[other] Détruire { $count } cartes
}
destruction-follows = Les livres diront que ces cartes sont détruites, devant vous deux. Elles ne reviennent jamais.
destruction-done = { $count ->
    [one] { $count } carte est détruite
   *[other] { $count } cartes sont détruites
}
destruction-paper = Ouvrir le certificat (PDF)
destruction-receipt = Reçu d’une destruction
destruction-signed = Signé par
certificate-title = Certificat de destruction no { $number }
certificate-says = Les cartes vierges énumérées ici ont été détruites devant les deux personnes qui signent. Elles figurent dans les livres comme détruites.
certificate-digest = SHA-256 des numéros de série
certificate-serials = Numéros de série des puces
certificate-signatures = Signatures
cards-about = Quand une boîte, un lecteur ou un lot est en cause, voici les cartes à examiner.
cards-number = Numéro du document
cards-chip = Puce
cards-worker = Ligne ou lecteur
cards-state = État
cards-at = Commencée
cards-caption = Cartes, la plus récente d’abord
cards-none = Aucune carte ne correspond.
cards-find = Chercher des cartes
cards-document = Document
cards-scrapped = Rebutée
cards-cancelled = Annulée
cards-under-way = En fabrication
cards-signer = Certificat du signataire (SHA-256)
cards-signer-short = Signataire (SHA-256, 16 premiers)
stock-blind = Une équipe est en cours. Ce que les lignes ont, et ce que leurs cartes vierges sont devenues, n’est montré qu’une fois compté.
stock-kept-back = non montré
stock-finding-kept-back = { $place } : ne concorde pas ; chiffres une fois l’équipe comptée
shift-count-again = Le comptage n’est pas ce que dit le grand livre. Comptez encore une fois.
shift-count-last = Tout de nouveau, depuis le début. Si ce comptage diffère aussi, il est retenu, et deux superviseurs cherchent la raison et signent.
shift-first-count = Premier comptage par { $who }, { $when } : { $counted } (inutilisées · documents · gâchées) ; selon le grand livre { $expected }
