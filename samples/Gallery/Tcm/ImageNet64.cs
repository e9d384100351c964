using CM.Dsl;

namespace Gallery;

/// <summary>
/// TCM's first stage on ImageNet-64 with EDM2-S, in float32 (Lee et al. 2025; steps of FastGen's run). It starts from EDM2's published weights:
/// <c>train TcmImageNet64First --weights FILE</c>.
/// </summary>
[Experiment(Steps = 150_000, Batch = 2048, Seed = 101)]
[Data<ImageNet64>]
[Model<ImageNetSmallDenoiser>]
[Coupling<Independent>]
[Times<TcmImageNetFirstTimes>]
[PseudoHuber(0.06)]
[Adam(1e-3, Beta2 = 0.99), InverseSqrt(2000), EmaPower(0.05)]
[Sample(80, 1.526)]
public partial record TcmImageNet64First;

/// <summary>TCM's second stage with EDM2-S: 2.88 in one step, 2.31 in two.</summary>
[Experiment(Steps = 550_000, Batch = 1024)]
[StartFrom<TcmImageNet64First>(Continue = true)]
[Truncated(Boundary = 0.25, BoundaryWeight = 0.1)]
[Times<TcmImageNetSecondTimes>]
[Adam(5e-4, Beta2 = 0.99), InverseSqrt(8000)]
public sealed partial record TcmImageNet64Second : TcmImageNet64First;

/// <summary>The first stage with EDM2-XL (rates of FastGen).</summary>
[Experiment, Model<ImageNetLargestDenoiser>]
[Adam(7e-4, Beta2 = 0.99), InverseSqrt(2000)]
public partial record TcmImageNet64LargestFirst : TcmImageNet64First;

/// <summary>The second stage with EDM2-XL: 2.20 in one step, 1.62 in two.</summary>
[Experiment(Steps = 550_000, Batch = 1024)]
[StartFrom<TcmImageNet64LargestFirst>(Continue = true)]
[Truncated(Boundary = 0.25, BoundaryWeight = 0.1)]
[Times<TcmImageNetSecondTimes>]
[Adam(1e-4, Beta2 = 0.99), InverseSqrt(8000)]
public sealed partial record TcmImageNet64LargestSecond : TcmImageNet64LargestFirst;
