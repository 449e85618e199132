form-errors = { $count ->
    [one] Il y a un problème
   *[other] Il y a { $count } problèmes
}
form-error = Erreur :
form-optional = (facultatif)
form-choose = Choisir
form-unsaved = Ce que vous avez saisi sur cette page n’a pas encore été envoyé.
date-day = Jour
date-month = Mois
date-year = Année
date-long = { $day ->
    [1] 1er
   *[other] { $day }
} { $month ->
    [1] janvier
    [2] février
    [3] mars
    [4] avril
    [5] mai
    [6] juin
    [7] juillet
    [8] août
    [9] septembre
    [10] octobre
    [11] novembre
   *[12] décembre
} { $year }
date-short = { $day }/{ $month }/{ $year }
date-and-time = { $date } à { $time }
national-number-right = Les chiffres de contrôle sont justes.
national-number-wrong = Les chiffres de contrôle ne correspondent pas. Comparez le numéro avec le document.
irreversible-title = Cet acte est définitif
irreversible-back = Revenir
pager = Pages de la liste
pager-previous = Précédente
pager-next = Suivante
pager-place = Page { $page } sur { $pages }
steps = Étapes
steps-place = Étape { $step } sur { $steps }
step-done = faite
step-current = Vous êtes ici
step-ahead = à venir
measures = Ce qui a été mesuré
measure-passes = bon
measure-fails = à revoir
measure-value = { $value } sur 100, au moins { $limit }
plot-table = Les chiffres en tableau
live-still = État au moment où cette page a été ouverte.
live-now = En direct. Dernière nouvelle à {"{"}time{"}"}.
live-lost = La connexion est perdue. Ce qui est affiché date de {"{"}time{"}"}.
