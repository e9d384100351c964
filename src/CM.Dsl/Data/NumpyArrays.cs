namespace CM.Dsl;

/// <summary>
/// An array that NumPy has saved, looked up in the data folder; its first axis counts the examples. Numbers are <c>float32</c> or
/// <c>float64</c>, images scaled to [-1, 1], or <c>uint8</c>, which is scaled here.
/// </summary>
/// <param name="Examples">A file <c>x.npy</c>, or an array in an archive: <c>set.npz/x</c>.</param>
/// <param name="Labels">The same for a whole number an example; null where there is none.</param>
public abstract record NumpyArrays(string Examples, string? Labels = null) : IDataSource;
