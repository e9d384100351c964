namespace CM.Runtime.Tests;

/// <summary>Who started a process, as the environment tells it.</summary>
public sealed class PlacementTests
{
    [Fact]
    public void A_process_alone_has_no_place()
    {
        Placement.From(_ => null).ShouldBeNull();
        Of("WORLD_SIZE=1", "RANK=0").ShouldBeNull();
        Of("SLURM_PROCID=0", "SLURM_NTASKS=1").ShouldBeNull();
        Of("SLURM_NTASKS=4").ShouldBeNull("a shell inside an allocation is no process of srun");
    }

    [Fact]
    public void Torchrun_serves_the_meeting_point_itself() =>
        Of("RANK=0", "WORLD_SIZE=8", "LOCAL_RANK=0", "LOCAL_WORLD_SIZE=4", "MASTER_ADDR=node1", "MASTER_PORT=29400", "TORCHELASTIC_USE_AGENT_STORE=True", "TORCHELASTIC_RESTART_COUNT=2")
            .ShouldBe(new Placement(0, 8, 0, 4, "node1", 29400, Serves: false, "2"));

    [Theory]
    [InlineData(0, true)]
    [InlineData(5, false)]
    public void Otherwise_rank_0_does(int rank, bool serves) =>
        Of($"RANK={rank}", "WORLD_SIZE=8", "LOCAL_RANK=1", "MASTER_ADDR=10.0.0.1", "MASTER_PORT=29500").ShouldBe(new Placement(rank, 8, 1, 1, "10.0.0.1", 29500, serves, "0"));

    [Fact]
    public void Srun_names_its_first_machine_and_gives_a_job_a_port() =>
        Of("SLURM_PROCID=3", "SLURM_NTASKS=8", "SLURM_STEP_NUM_TASKS=4", "SLURM_LOCALID=1", "SLURM_STEP_TASKS_PER_NODE=2(x2)", "SLURM_STEP_NODELIST=gpu[03-04]", "SLURM_JOB_ID=123456")
            .ShouldBe(new Placement(3, 4, 1, 2, "gpu03", 18456, Serves: false, "0"));

    [Theory]
    [InlineData("gpu7", "gpu7")]
    [InlineData("gpu7,gpu9", "gpu7")]
    [InlineData("gpu[03-05,9],cpu1", "gpu03")]
    [InlineData("gpu[9,11]", "gpu9")]
    [InlineData("gpu[12]-ib", "gpu12-ib")]
    [InlineData("a1,gpu[03-05]", "a1")]
    public void The_first_machine_of_a_list_is_found(string list, string first) => Placement.FirstHost(list).ShouldBe(first);

    [Theory]
    [InlineData("RANK", "WORLD_SIZE=2")]
    [InlineData("RANK=x", "WORLD_SIZE=2", "RANK=x", "MASTER_ADDR=a", "MASTER_PORT=1")]
    [InlineData("rank 2 of 2", "WORLD_SIZE=2", "RANK=2", "MASTER_ADDR=a", "MASTER_PORT=1")]
    [InlineData("MASTER_ADDR", "WORLD_SIZE=2", "RANK=1")]
    public void What_is_missing_or_wrong_is_named(string named, params string[] variables) =>
        Should.Throw<UserError>(() => Of(variables)).Message.ShouldContain(named);

    private static Placement? Of(params string[] variables)
    {
        var set = variables.Select(variable => variable.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        return Placement.From(name => set.GetValueOrDefault(name));
    }
}
