/// Names for containers to which nobody gave one: `adjective_scientist`.
public enum GeneratedName {
    /// A name such as `patient_curie`; on the `retry`-th attempt after a clash with a digit added, as Docker does.
    public static func random(retry: Int = 0) -> String {
        var generator = SystemRandomNumberGenerator()
        return random(retry: retry, using: &generator)
    }

    public static func random(retry: Int = 0, using generator: inout some RandomNumberGenerator) -> String {
        while true {
            let name = pick(adjectives, &generator) + "_" + pick(scientists, &generator)
            // Steve Wozniak is not boring.
            if name == "boring_wozniak" { continue }
            return retry > 0 ? name + String(Int.random(in: 0..<10, using: &generator)) : name
        }
    }

    private static func pick(_ words: [String], _ generator: inout some RandomNumberGenerator) -> String {
        words[Int.random(in: words.indices, using: &generator)]
    }

    static let adjectives = words(
        """
        agile amiable ardent artful balanced blithe boring brave breezy bright brisk bubbly calm candid careful
        cheerful civil clear clever cordial cosy crisp curious dapper daring deft diligent dreamy eager earnest easy
        elated eloquent faithful fearless fervent festive fluent fond frank frugal gallant generous gentle gifted glad
        graceful grateful hardy hearty helpful honest hopeful humble jolly jovial joyful keen kind lively lucid lucky
        mellow merry mindful modest musing neat nimble noble patient peaceful playful plucky polite prudent quaint quick
        quiet radiant ready serene sharp silent sincere smiling sober steady sunny tender thrifty tidy tranquil trusting
        upbeat valiant vivid warm watchful whimsical wise witty zealous zesty
        """)

    static let scientists = words(
        """
        abel airy ampere archimedes avogadro babbage banach banneker becquerel bernoulli bohr boltzmann boole born bose
        brahe cantor carson carver cauchy cavendish celsius chandrasekhar clausius copernicus coulomb crick curie cuvier
        dalton darwin descartes dijkstra dirac doppler einstein engelbart euclid euler faraday fermat fermi feynman
        fibonacci fleming fourier franklin fresnel galileo galois galvani gauss germain goodall hamilton hawking
        heisenberg helmholtz hertz herschel hilbert hodgkin hooke hopper hubble huygens hypatia joliot joule kelvin
        kepler khayyam kovalevskaya lagrange lamarr laplace lavoisier leavitt leibniz linnaeus lovelace mach maxwell
        mcclintock meitner mendel mendeleev mirzakhani mitchell napier newton nightingale noether ohm pascal pasteur
        pauli perlman planck poincare ptolemy raman ramanujan riemann ritchie rutherford sagan schrodinger shannon
        sinoussi somerville tesla thompson torvalds turing vaughan volta wallace wiles wozniak wright wu yonath
        """)

    private static func words(_ text: String) -> [String] {
        text.split { $0 == " " || $0 == "\n" }.map(String.init)
    }
}
