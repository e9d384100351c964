namespace CM.Runtime.Tests;

public class BlasTests
{
    [Theory]
    [InlineData("OpenBLAS with OpenMP", true, "/usr/lib/x86_64-linux-gnu/openblas-openmp/libblas.so.3", "/usr/lib/x86_64-linux-gnu/openblas-openmp/libopenblasp-r0.3.21.so")]
    [InlineData("OpenBLAS with threads of its own", false, "/usr/lib/x86_64-linux-gnu/openblas-pthread/libblas.so.3")]
    [InlineData("the reference BLAS", false, "/usr/lib/x86_64-linux-gnu/blas/libblas.so.3.11.0", "/usr/lib/libgfortran.so.5")]
    [InlineData("MKL", true, "/opt/lib/libmkl_core.so.2")]
    [InlineData("part of libtorch", true, "/usr/lib/libtorch_cpu.so")]
    public void Flavours_are_told_apart(string wanted, bool good, params string[] loaded)
    {
        var blas = Blas.Judge(loaded);
        blas.Found.ShouldStartWith(wanted);
        blas.Remedy.ShouldBe(good ? null : "apt-get install libopenblas0-openmp");
    }
}
