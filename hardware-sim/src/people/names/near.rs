//! Luxembourg, its neighbours, and the largest communities of newcomers.

use super::{Joined, Origin};

pub(super) const ORIGINS: [Origin; 7] = [
    Origin {
        weight: 380,
        nationality: "LUX",
        complexion: [0, 42],
        surnames: "Schmit, Müller, Weber, Hoffmann, Wagner, Thill, Kieffer, Reuter, Faber, Steichen, Bëllweck, \
            Grünewald, Weydert, Schroeder, Kremer, Welter, Thiry, Kayser, Goergen, Ries, Theisen, Krëmer, Weiß, \
            Muller, Klein, Schiltz, Wirtz, Bintz, Feltgen, Hengen, Zeimet, Konsbruck, Wolter, Diederich, \
            Reckinger, Schaack, Pütz, Frising, Gëllen, Mootz, Clement, Lëtzelter, Wampach, Origer, de Muyser, \
            d'Huart, van der Weken, von Roesgen, Nosbusch, Thinnes, Bohler, Jaerling, Ewen",
        womens_surnames: "",
        women: "Léa, Anne-Léa, Josée, Martine, Joëlle, Danièle, Nathalie, Maëlle, Lara, Emma, Mia, Nora, Svenja, \
            Carole, Claudine, Simone, Monique, Marie-Josée, Marie-Thérèse, Tessy, Sandy, Michèle, Liz, Jil, Anouk, \
            Françoise, Béatrice, Léonie, Margot, Chantal, Viviane, Elise, Zoé, Lynn, Fabienne",
        men: "Félix, Luc, Jean-Claude, André, Jérôme, Noé, Carlo, Georges, René, Jang, Pol, Tom, Gilles, Claude, Marc, \
            Jean-Pierre, Nico, Théo, Mathis, Léon, Jos, Guy, Romain, Fernand, Aloyse, Camille, Charel, Yann, Loris, \
            Serge, Raphaël, Frédéric, Gaston, Misch, Jempi, Ben",
        places: "Luxembourg, Luxembourg, Esch-sur-Alzette, Ettelbruck, Differdange, Wiltz, Dudelange, Niederkorn",
        joined: Joined::Hyphen(14),
    },
    Origin {
        weight: 170,
        nationality: "PRT",
        complexion: [12, 52],
        surnames: "da Conceição, Gonçalves, Magalhães, Simões, de Araújo, Brandão, Guimarães, dos Santos, da Silva, \
            Ferreira, Pereira, Oliveira, Rodrigues, Fernandes, Lopes, Marques, Antunes, Mendonça, Falcão, Leitão, \
            Araújo e Castro, Vasconcelos de Albuquerque, Sampaio, Teixeira, Esteves, Sequeira, de Sá, Frazão, \
            do Espírito Santo, das Neves, Cação, Bragança, Valadão, Queirós, Lourenço",
        womens_surnames: "",
        women: "Inês, Conceição, Márcia, Maria João, Lúcia, Ana Sofia, Beatriz, Mariana, Patrícia, Sónia, Cátia, \
            Maria da Graça, Graciete, Célia, Andreia, Vitória, Leonor, Íris, Fátima, Maria do Céu, Telma, Débora",
        men: "João, António, Manuel, Sérgio, Tomás, Luís, José Carlos, Rúben, Tiago, Gonçalo, Flávio, Nélson, Hélder, \
            Joaquim, Paulo Jorge, Vítor, César, André Filipe, Simão, Martim, Álvaro, Estêvão",
        places: "Luxembourg, Porto, Guimarães, Esch-sur-Alzette, Coimbra, Viseu, Bragança, Covilhã, Ettelbruck",
        joined: Joined::Both(72),
    },
    Origin {
        weight: 120,
        nationality: "FRA",
        complexion: [2, 78],
        surnames: "L'Hôte, d'Aubigné, Lefèvre, Garçon, Noël, Dupré, Lœuillet, Mérian, Bérenger, Géhin, Thévenot, \
            de La Fontaine, Le Goff, Castéran, Béguin, Forêt, Hénaux, Lemaître, Chaînon, d'Hénin, Kœchlin, Ménard, \
            Traoré, Benaïssa, N'Diaye, Nguyen, Legrand, Vuillemin, Poincelet, Le Bœuf, Maïer, L'Huillier, Duchêne",
        womens_surnames: "",
        women: "Françoise, Zoé, Hélène, Éloïse, Anaïs, Cécile, Marie-Ange, Aurélie, Noémie, Gaëlle, Maëva, Océane, \
            Élodie, Adèle, Inès, Fatou, Aïcha, Mylène, Solène, Clémence, Valérie",
        men: "François, Loïc, Gaël, Benoît, Éric, Étienne, Jean-Noël, Cédric, Rémi, Théophile, Maël, Aimé, Désiré, \
            Stéphane, Régis, Hervé, Mamadou, Karim, Grégoire, Anthelme, Jean-François, Honoré",
        places: "Metz, Thionville, Luxembourg, Besançon, Nancy, Longwy, Épinal, Châlons-en-Champagne, Orléans",
        joined: Joined::Hyphen(16),
    },
    Origin {
        weight: 62,
        nationality: "ITA",
        complexion: [8, 45],
        surnames: "D'Alò, Nicolò, Forlì, Bianchi, Dell'Acqua, D'Amico, Dell'Orto, Di Bartolomeo, Lo Presti, De Santis, \
            Dall'Oglio, Mattarozzi, Cirò, Tommasò, Passeri, Gaspari, Quattrocchi, Della Rovere, Calabrò, Pirrò",
        womens_surnames: "",
        women: "Nicoletta, Chiara, Maria Letizia, Giulia, Noemi, Concetta, Rosalba, Ilenia, Maria Noè, Fiammetta",
        men: "Niccolò, Gianfranco, Dario, Giosuè, Pasquale, Mosè, Gian Luca, Raffaele, Tommaso, Pierluigi",
        places: "Luxembourg, Gubbio, Forlì, Esch-sur-Alzette, L'Aquila, Gualdo Tadino, Dudelange",
        joined: Joined::Never,
    },
    Origin {
        weight: 40,
        nationality: "D",
        complexion: [0, 34],
        surnames: "Groß, Köhler, Freiherr von Rübenau, Jäger, Schäfer, Strauß, Böhm, Lüdtke, von der Mühle, zu Löwen, \
            Vogelgesang, Großkopf, Weißgerber, Käßler, Öztürk, Übelhör, Meier, Söhnlein, Bräutigam, Preuß, Kluge, \
            von und zum Altenstein-Hohenfels",
        womens_surnames: "",
        women: "Jördis, Käthe, Ulrike, Bärbel, Sünje, Mareike, Anneliese, Karla-Sophie, Gül, Heidi, Edelgard, Wiebke",
        men: "Jürgen, Björn, Götz, Hans-Jörg, Sören, Wolfgang, Günther, Kai-Uwe, Jörn, Detlef, Emre, Friedrich",
        places: "Trier, Saarbrücken, Köln, Düsseldorf, Merzig, Münster, Bitburg",
        joined: Joined::Hyphen(14),
    },
    Origin {
        weight: 40,
        nationality: "BEL",
        complexion: [0, 60],
        surnames: "Vandenbroucke, Van den Berghe, De Smedt, Peeters, Dujardin, t'Serstevens, Lambotte, Collignon, \
            d'Oultremont, Vermeulen, Kabongo, Mukendi, Lemaire, Dethier, Goffinet, De Vos van Steenwijk",
        womens_surnames: "",
        women: "Maïté, Élise, Amélie, Anneke, Godelieve, Lieve, Marie-Noëlle, Céline, Grâce, Hadewych",
        men: "Benoît, Joël, Wouter, Jef, Gaëtan, Dieudonné, Maxence, Thierry, Koenraad, Ghislain",
        places: "Arlon, Bastogne, Liège, Bruxelles, Neufchâteau, Luxembourg, Kinshasa",
        joined: Joined::Never,
    },
    Origin {
        weight: 36,
        nationality: "CPV",
        complexion: [55, 98],
        surnames: "Tavares, Évora, Monteiro, Semedo, Varela, Cabral, da Moura, Mendes Furtado, Sanches, Andrade, \
            Brito, Fortes, da Cruz, Delgado, Lima, Rocha, Gomes, Correia, Moreno, Barros, Baptista, Lizardo",
        womens_surnames: "",
        women: "Cesária, Nelita, Joana, Djamila, Zuleica, Antónia, Suzete, Edna, Ivanilda, Maria Auxília, Nha, Lúcia",
        men: "Adérito, Djédjé, Orlando, Américo, Zé Luís, Ildo, Nuno, Tito, Silvino, Amílcar, Péricles, Elísio",
        places: "Mindelo, Praia, Ribeira Grande, São Filipe, Luxembourg, Ettelbruck, Assomada",
        joined: Joined::Both(55),
    },
];
