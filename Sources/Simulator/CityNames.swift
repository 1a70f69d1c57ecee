import Basics

/// Made-up names of places. Put together from common syllables; whether a village of that name exists somewhere is chance.
struct CityNames {
    private static let counties = ["南麓县", "青渡县", "白栎县", "鹿原县", "石濑县", "杏川县", "望岫区", "临汐区", "柏渚县", "云埠县", "松墩县", "竹隐县"]
    private static let heads = Array("柳杨石青白龙凤清平安太双大新东南西北上下长金银云松竹梅桃枣槐")
    private static let tails = Array("河溪泉湾岭坪桥塘沟坡山原店集洼湖滩川峪铺")
    private static let families = Array("张王李赵刘陈周吴郑孙马朱胡林郭何高罗梁宋")
    private static let homes = ["庄", "家湾", "家沟", "家坪", "家店", "家塘", "家岭", "家寨", "家桥", "家畈"]

    private var countyNames: [String]
    private var places: [String]
    private let villagePlaces: [String]

    init(_ generator: inout SeededGenerator) {
        countyNames = generator.shuffled(Self.counties)
        let pairs = Self.heads.flatMap { head in Self.tails.map { "\(head)\($0)" } }
        places = generator.shuffled(pairs)
        villagePlaces = pairs + Self.families.flatMap { family in Self.homes.map { "\(family)\($0)" } }
    }

    /// The next county's name; after the list a township's name with the county's suffix.
    mutating func county(_ index: Int) -> String { countyNames.popLast() ?? "\(place(index))县" }

    /// The next township's name.
    mutating func township(_ index: Int, urban: Bool, town: Bool) -> String { place(index) + (urban ? "街道" : town ? "镇" : "乡") }

    private mutating func place(_ index: Int) -> String { places.popLast() ?? "第\(index + 1)" }

    /// Names of the villages of one township, none twice, without the suffix of their kind.
    func villages(_ count: Int, _ generator: inout SeededGenerator) -> [String] { Array(generator.shuffled(villagePlaces).prefix(count)) }
}
