floor-title = L'atelier maintenant
floor-machines = Machines
floor-no-machines = Aucune ligne n'a encore annoncé de machine.
floor-works = En marche
floor-idle = Rien à faire
floor-waits = A besoin de quelqu'un
floor-silent = Sans nouvelles
floor-silent-act = Vérifiez si le programme de { $line } fonctionne et si sa machine est alimentée.
floor-cards = { $count ->
    [one] { $count } carte à l'intérieur
   *[other] { $count } cartes à l'intérieur
}
floor-queue = En attente
floor-remakes = Refaites
floor-express = Urgentes
floor-normal = Normales
floor-since = La première attend
floor-made = Les huit dernières heures
floor-plot-documents = Documents produits
floor-plot-scrapped = Cartes abandonnées
floor-plot-from = Demi-heure dès
floor-plot-unit = cartes
floor-reasons = Motifs des abandons
floor-reason = Motif
task-free-jam = Ouvrez la porte, libérez ou retirez la carte ({ $place }), refermez la porte.
task-fill-hopper = Remplissez le magasin de cartes.
task-change-ribbon = Changez le ruban.
task-empty-tray = Videz le bac ({ $place }).
task-close-door = Fermez la porte.
task-destroy-removed = Mettez la carte retirée dans la boîte de destruction.
task-check-power = Vérifiez l'alimentation.
task-plug-in = Rebranchez le câble.
task-find = Cherchez la machine : aucun lecteur n'y mène.
task-start-daemon = Démarrez le service de cartes (pcscd) de la ligne.
place-hopper = magasin
place-station = station de puce
place-printer = imprimante
place-exit = bac de sortie
place-reject = bac de rebut
scrap-chip-keys-unknown = Aucune de nos clés n'ouvre la puce
scrap-chip-life-cycle = Puce déjà utilisée
scrap-chip-refused = La puce a refusé une commande
scrap-chip-removed = La carte a été retirée
scrap-chip-silent = La puce ne répond pas
scrap-memory-mismatch = La puce ne contient pas ce qui a été écrit
scrap-read-back-failed = La carte a échoué au contrôle de la puce
scrap-print-spoiled = Impression interrompue
scrap-exit-inspection-failed = L'impression a échoué au contrôle par caméra
scrap-order-invalid = La commande est en cause
scrap-signing-refused = Signature refusée
scrap-signature-invalid = La signature n'est pas valable
scrap-too-many-tries = Trop d'essais
scrap-inspection-failed = Jugée défectueuse par un inspecteur
task-inspect-first-article = Portez la dernière carte du bac de sortie à un contrôleur. Les suivantes seront imprimées dès qu’elle sera approuvée.
sign-on-title = Qui travaille à cette machine
sign-on-about = Quiconque travaille à une machine ne contrôle aucune des cartes qu’elle fait pendant ce temps. Si personne n’est annoncé, personne ne peut contrôler ses cartes.
sign-on-caption = À la machine maintenant
sign-on-who = Identifiant
sign-on-since = Depuis
sign-on-nobody = Personne n’est annoncé.
sign-on-here = Vous êtes annoncé ici.
sign-on-hours = { $count ->
    [0] maintenant
    [one] il y a { $count } heure
   *[other] il y a { $count } heures
}
sign-on = S’annoncer
sign-on-earlier = J’étais déjà là avant
sign-off = Quitter la machine
sign-on-back = Retour à l’atelier
sign-on-link = Qui travaille à { $machine }
sign-on-error-since = Choisissez depuis quand vous y travaillez.
