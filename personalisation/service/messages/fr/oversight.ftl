search-title = Chercher une demande sans dossier
search-warning = Cette recherche est consignée et contrôlée
search-warning-more = Une personne chargée du contrôle lira votre motif. Ne cherchez que ce que votre travail exige maintenant.
search-what = Numéro de demande ou matricule
search-what-hint = 32 signes du récépissé, ou 13 chiffres
search-reason = Motif
search-reason-hint = Qui demande, et pour quelle affaire. Au moins dix caractères.
search-act = Chercher et consigner
search-error-what = Tapez un numéro de demande de 32 signes ou un matricule juste
search-error-reason = Écrivez votre motif en 10 à 500 caractères
search-noted = Votre recherche et son motif sont consignés.
search-nothing = Aucune demande ne correspond.
search-again = Chercher autre chose
search-accepted = Reçue
glass-title = Lectures sans dossier
glass-about = Chaque lecture d'une demande hors d'un dossier a un motif. Dites s'il est fondé.
glass-caption = Lectures, les non contrôlées d'abord
glass-none = Personne n'a lu sans dossier.
glass-one = Lecture sans dossier
glass-when = Quand
glass-who = Qui
glass-reason = Motif
glass-found = Demandes montrées
glass-state = Contrôle
glass-waiting = À contrôler
glass-verdict = Le motif est-il fondé ?
glass-justified = Fondé
glass-unjustified = Pas fondé
glass-remark = Remarque
glass-judge = Enregistrer
glass-back = Retour à la liste
glass-error-verdict = Dites si le motif est fondé
glass-error-remark = Écrivez une remarque de 500 caractères au plus
search-found = { $count ->
    [one] { $count } demande trouvée
   *[other] { $count } demandes trouvées
}
